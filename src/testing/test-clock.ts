import type { Cancel, Clock } from '../ports/clock.ts';

/** A clock that a test turns by hand. Timers run in order, each at its own time. */
export class TestClock implements Clock {
  readonly #timers = new Set<Timer>();
  #now = 1_000; // not zero: nothing may depend on where time begins

  now(): number {
    return this.#now;
  }

  wallMs(): number {
    return Date.UTC(2026, 0, 1) + this.#now;
  }

  after(ms: number, run: () => void): Cancel {
    return this.#add({ at: this.#now + ms, everyMs: null, run });
  }

  every(ms: number, run: () => void): Cancel {
    return this.#add({ at: this.#now + ms, everyMs: ms, run });
  }

  /** How many timers wait: none, when everything was let go. */
  get timers(): number {
    return this.#timers.size;
  }

  advance(ms: number): void {
    const until = this.#now + ms;
    for (let next = this.#next(until); next; next = this.#next(until)) {
      this.#now = Math.max(this.#now, next.at);
      if (next.everyMs === null) this.#timers.delete(next);
      else next.at += next.everyMs;
      next.run();
    }
    this.#now = until;
  }

  /** Time passes without anybody noticing: the process was stalled. */
  stall(ms: number): void {
    this.#now += ms;
    for (const timer of this.#timers)
      if (timer.everyMs !== null && timer.at < this.#now) timer.at = this.#now;
  }

  #add(timer: Timer): Cancel {
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  #next(until: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) if (timer.at <= until && (!first || timer.at < first.at)) first = timer;
    return first;
  }
}

interface Timer {
  at: number;
  readonly everyMs: number | null;
  readonly run: () => void;
}
