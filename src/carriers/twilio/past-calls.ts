import { RememberedNames } from '../../limits/remembered.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CallCard } from '../../ports/store.ts';

/** Knows which calls are over, or were turned away: those of this process by itself, those of processes before it from the call log. */
export class PastCalls {
  readonly #clock: Clock;
  readonly #isLogged: (callId: string) => Promise<boolean>;
  readonly #own = new RememberedNames(MOST_CALLS);

  /** `isLogged`: whether the log knows of the call, and of its end. */
  constructor(clock: Clock, isLogged: (callId: string) => Promise<boolean>) {
    this.#clock = clock;
    this.#isLogged = isLogged;
  }

  readonly ended = (callId: string): void => void this.#own.add(callId);

  /** A log that cannot be asked is not waited for: somebody who rings now matters more than one who rang once. */
  readonly isOver = async (callId: string): Promise<boolean> => {
    if (this.#own.has(callId)) return true;
    const { promise: tooLate, resolve } = Promise.withResolvers<boolean>();
    const cancel = this.#clock.after(PATIENCE_MS, () => resolve(false));
    const isLogged = this.#isLogged(callId).catch(() => false);
    return await Promise.race([isLogged, tooLate]).finally(cancel);
  };
}

/**
 * Whether a call is over by what the log has of it. One that failed a moment ago may be one whose process was lost: its
 * caller is still on the line, and the carrier asks again what to do.
 */
export function isKnownOver(
  call: Pick<CallCard, 'startedWallMs' | 'endReason'> | null,
  nowWallMs: number,
): boolean {
  if (!call || call.endReason === null) return false;
  return call.endReason !== 'failed' || nowWallMs - call.startedWallMs >= MAY_COME_BACK_MS;
}

const MAY_COME_BACK_MS = 5 * 60_000;

/** Twenty hours of a thousand calls each. */
const MOST_CALLS = 20_000;

/** The caller hears it ring in the meantime; as a rule the log answers within a millisecond or two. */
const PATIENCE_MS = 2_000;
