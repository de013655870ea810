import type { Clock } from '../ports/clock.ts';
import type { CallFact, CallObserver } from '../ports/facts.ts';

/** The record of one call: numbers and stamps what happens, and tells whoever keeps or shows it. */
export class Journal {
  readonly #callId: string;
  readonly #clock: Clock;
  readonly #observer: CallObserver;
  readonly #startedAt: number;
  #seq = 0;

  constructor(callId: string, clock: Clock, observer: CallObserver) {
    this.#callId = callId;
    this.#clock = clock;
    this.#observer = observer;
    this.#startedAt = clock.now();
  }

  /** A moment of the clock, on the call's own. */
  msAt(now: number): number {
    return Math.round(now - this.#startedAt);
  }

  note(fact: CallFact): void {
    const atMs = this.msAt(this.#clock.now());
    this.#observer(this.#callId, { ...fact, seq: ++this.#seq, atMs });
  }
}
