import type { Cancel, Clock } from '../../../../src/ports/clock.ts';

interface Timer {
  readonly dueMs: number;
  readonly run: () => void;
}

/** A clock that is turned by hand. */
export class HandClock implements Clock {
  #nowMs = 0;
  #timers = new Set<Timer>();

  now(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return 1_790_000_000_000 + this.#nowMs;
  }

  after(ms: number, run: () => void): Cancel {
    const timer = { dueMs: this.#nowMs + ms, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  every(ms: number, run: () => void): Cancel {
    let cancel = this.after(ms, again.bind(this));
    function again(this: HandClock) {
      cancel = this.after(ms, again.bind(this));
      run();
    }
    return () => cancel();
  }

  get waiting(): number {
    return this.#timers.size;
  }

  /** Lets time pass, running what falls due in its order. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const [next] = [...this.#timers]
        .filter((timer) => timer.dueMs <= endMs)
        .sort((a, b) => a.dueMs - b.dueMs);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.run();
    }
    this.#nowMs = endMs;
  }
}
