import { systemClock } from '../ports/clock.ts';

/**
 * When this process itself was held up, by its own work or by the machine's.
 *
 * The phones live in it: one that is held up when its sound begins, or when it is told to be silent, does not know what
 * it would have played otherwise.
 */
export class Stalls {
  readonly #endedAt: number[] = [];
  #lastAt = systemClock.now();

  constructor() {
    systemClock.every(LOOK_MS, () => this.#look());
  }

  near(at: number): boolean {
    return this.#endedAt.some((endedAt) => Math.abs(endedAt - at) < NEAR_MS);
  }

  #look(): void {
    const now = systemClock.now();
    if (now - this.#lastAt > LOOK_MS + SHORTEST_MS) this.#endedAt.push(now);
    if (this.#endedAt.length > REMEMBERED) this.#endedAt.shift();
    this.#lastAt = now;
  }
}

const LOOK_MS = 4;
const SHORTEST_MS = 4;

/** What waited meanwhile is dealt with in this time. */
const NEAR_MS = 60;

/** More than there are within the longest answer. */
const REMEMBERED = 2_000;
