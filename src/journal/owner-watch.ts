import type { OwnerSeen } from '../stores/shared/shared-store.ts';
import { hasEnded } from './process-identity.ts';

export interface WatchLimits {
  /** Whoever has not been heard of for so long is gone. */
  readonly goneMs: number;
  /** Whoever has not looked for so long does not know who was heard of meanwhile. */
  readonly blindMs: number;
}

/**
 * Knows which of the others that own calls are there. One that says nothing more is gone only when it has been watched
 * saying nothing, without a gap, for all that time: after one's own store was away, or one has slept, everybody's last
 * word is old, and nobody is gone. What others say of the time of day is not believed.
 */
export class OwnerWatch {
  readonly #limits: WatchLimits;
  readonly #hasEnded: (process: string) => boolean;
  #heardOf = new Map<string, { readonly beat: string; readonly at: number }>();
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(limits: WatchLimits, ended: (process: string) => boolean = hasEnded) {
    this.#limits = limits;
    this.#hasEnded = ended;
  }

  /** Somebody has said nothing since the last look. */
  isAnySilent(seen: readonly OwnerSeen[]): boolean {
    return seen.some(({ owner, beat }) => this.#heardOf.get(owner)?.beat === beat);
  }

  /** Those that are gone, of all that have let others know of themselves. `now`: on a clock that only goes forward. */
  gone(seen: readonly OwnerSeen[], now: number): readonly OwnerSeen[] {
    const wasBlind = now - this.#lookedAt > this.#limits.blindMs;
    this.#lookedAt = now;
    const before = wasBlind ? new Map() : this.#heardOf;
    this.#heardOf = new Map(
      seen.map(({ owner, beat }) => {
        const known = before.get(owner);
        return [owner, known?.beat === beat ? known : { beat, at: now }];
      }),
    );
    return seen.filter(({ owner, process }) => {
      const silentMs = now - (this.#heardOf.get(owner)?.at ?? now);
      return silentMs >= this.#limits.goneMs || this.#hasEnded(process);
    });
  }
}
