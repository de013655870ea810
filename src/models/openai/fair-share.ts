/**
 * How much of the thread that all calls share one session may take.
 *
 * What a model sends is dealt with at once, but not for ever: when its share of a slice of time is used up, nothing
 * more is read until the next. The rest waits on the wire, where it costs us nothing.
 */
export class FairShare {
  #sliceBegan = Number.NEGATIVE_INFINITY;
  #usedMs = 0;

  /** It worked from then until then. How long it is to rest now, if at all. */
  worked(from: number, until: number): number {
    if (from - this.#sliceBegan >= SLICE_MS) {
      this.#sliceBegan = from;
      this.#usedMs = 0;
    }
    this.#usedMs += until - from;
    return this.#usedMs < SHARE_MS ? 0 : SLICE_MS;
  }
}

/** As long as a frame of the phone's. */
const SLICE_MS = 20;

/** What a hundred calls' frames cost in that time. */
const SHARE_MS = 3;
