import type { LegEvent } from '../ports/leg.ts';

/**
 * What happens on a leg, for the call that takes it. A call may take a moment to be found; what its caller says in the
 * meantime is kept. A line goes once, and nothing comes after that.
 */
export class LegEvents {
  #listener: ((event: LegEvent) => void) | null = null;
  readonly #early: LegEvent[] = [];
  #isGone = false;

  tell(event: LegEvent): void {
    if (this.#isGone) return;
    this.#isGone = event.type === 'gone';
    if (this.#listener) return this.#listener(event);
    if (this.#early.length >= MOST_EARLY) this.#early.shift();
    this.#early.push(event);
  }

  listen(listener: (event: LegEvent) => void): void {
    this.#listener = listener;
    for (const event of this.#early.splice(0)) listener(event);
  }
}

/** Five seconds of sound, in frames: whoever takes no call in so long does not take it. */
const MOST_EARLY = 250;
