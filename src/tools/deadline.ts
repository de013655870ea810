import type { Cancel, Clock } from '../ports/clock.ts';

/** A time limit that stands still while a tool waits for the caller rather than for itself. */
export class Deadline {
  readonly #clock: Clock;
  readonly #passed: () => void;
  #leftMs: number;
  #since: number;
  #waits = 0;
  #cancel: Cancel;

  constructor(ms: number, clock: Clock, passed: () => void) {
    this.#clock = clock;
    this.#passed = passed;
    this.#leftMs = ms;
    this.#since = clock.now();
    this.#cancel = clock.after(ms, passed);
  }

  async standStillFor<T>(wait: Promise<T>): Promise<T> {
    this.#waits += 1;
    if (this.#waits === 1) {
      this.#cancel();
      this.#leftMs -= this.#clock.now() - this.#since;
    }
    try {
      return await wait;
    } finally {
      this.#waits -= 1;
      if (this.#waits === 0) {
        this.#since = this.#clock.now();
        this.#cancel = this.#clock.after(Math.max(0, this.#leftMs), this.#passed);
      }
    }
  }

  /** For good: also a wait that ends later does not start it again. */
  stop(): void {
    this.#waits = Number.POSITIVE_INFINITY;
    this.#cancel();
  }
}
