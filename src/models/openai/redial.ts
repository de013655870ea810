import type { SessionLost } from '../../ports/session.ts';

/** A connection that came to nothing. */
export interface FailedDial {
  readonly reason: SessionLost;
  readonly detail: string;
  /** The server wants to be left alone for so long. */
  readonly retryAfterMs?: number;
}

/** Whether the model is worth another try while the phone still rings, and when. */
export class Redial {
  readonly #begunAt: number;
  readonly #random: () => number;
  #dialled = 1;

  constructor(now: number, random: () => number = Math.random) {
    this.#begunAt = now;
    this.#random = random;
  }

  /** How long to wait before the next try; null where it would not help, or not in time. */
  next({ reason, retryAfterMs = 0 }: FailedDial, now: number): number | null {
    const waitMs = WAITS_MS[this.#dialled - 1];
    if (waitMs === undefined || !PASSES.has(reason)) return null;
    const ms = Math.max(waitMs * (1 + this.#random()), retryAfterMs);
    if (now + ms > this.#begunAt + LATEST_MS) return null;
    this.#dialled += 1;
    return ms;
  }
}

/** What may be over in a moment. A key that is refused is refused again. */
const PASSES: ReadonlySet<SessionLost> = new Set(['unreachable', 'limited']);

/** Before the second and the third try, and up to twice as long: many calls that fail together do not come back together. */
const WAITS_MS: readonly number[] = [100, 500];

/** A try that begins later is not over before the caller has given up. */
const LATEST_MS = 6_500;
