import { StoreTrouble, type TroubleReason } from '../stores/shared/trouble.ts';

/**
 * What the call log suffers from at the moment.
 *
 * - a store's trouble: events wait in memory and are kept as soon as it is over;
 * - `store_slow`: it has not answered for a while;
 * - `spool_full`: it has lasted so long that events are lost;
 * - `recording_failed`: sound could not be written;
 * - `folder_unwritable`: what is open goes on, but nothing new can be begun in the data directory.
 */
export type LogTrouble =
  | TroubleReason
  | 'store_slow'
  | 'spool_full'
  | 'recording_failed'
  | 'folder_unwritable';

export type LogHealth =
  | { readonly status: 'ok' }
  | {
      readonly status: 'degraded';
      readonly troubles: readonly LogTrouble[];
      readonly waitingEvents: number;
      /** What the store's is about, and what to do. */
      readonly because?: string;
      /** Since when the store refuses. */
      readonly sinceWallMs?: number;
    };

/** Collects troubles by where they come from, and tells when the picture changes: not every time it is seen again. */
export class HealthBoard {
  readonly #changed: (health: LogHealth) => void;
  readonly #waiting: () => number;
  readonly #troubles = new Map<Source, LogTrouble>();
  readonly #wallMs: () => number;
  /** Of the store's trouble. */
  #because: string | null = null;
  #sinceWallMs: number | null = null;

  constructor(waiting: () => number, changed: (health: LogHealth) => void, wallMs: () => number = Date.now) {
    this.#waiting = waiting;
    this.#changed = changed;
    this.#wallMs = wallMs;
  }

  get health(): LogHealth {
    if (this.#troubles.size === 0) return { status: 'ok' };
    return {
      status: 'degraded',
      troubles: [...this.#troubles.values()],
      waitingEvents: this.#waiting(),
      ...(this.#because !== null && { because: this.#because }),
      ...(this.#sinceWallMs !== null && { sinceWallMs: this.#sinceWallMs }),
    };
  }

  /** That the store refused, and why. */
  refused(error: unknown): void {
    this.#because = error instanceof StoreTrouble ? error.message : null;
    this.set('store', error instanceof StoreTrouble ? error.reason : 'store_failed');
  }

  set(source: Source, trouble: LogTrouble | null): void {
    if (source === 'store')
      this.#sinceWallMs = trouble === null ? null : (this.#sinceWallMs ?? this.#wallMs());
    if (source === 'store' && trouble === null) this.#because = null;
    if ((this.#troubles.get(source) ?? null) === trouble) return;
    if (trouble === null) this.#troubles.delete(source);
    else this.#troubles.set(source, trouble);
    this.#changed(this.health);
  }
}

type Source = 'store' | 'spool' | 'recordings' | 'folder';
