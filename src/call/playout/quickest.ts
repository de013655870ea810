/**
 * The least of what was measured lately.
 *
 * What takes its time on a line is late by any amount, and never early: the quickest of the last seconds is what the
 * line itself takes. Not the quickest ever, as ways change and two clocks drift apart.
 */
export class Quickest {
  #of = Number.POSITIVE_INFINITY;
  #ofBefore = Number.POSITIVE_INFINITY;
  #since = Number.NEGATIVE_INFINITY;

  /** Takes in what was measured; by how much more that is than the least. */
  excess(ms: number, now: number): number {
    if (now - this.#since > WINDOW_MS) {
      this.#ofBefore = this.#of;
      this.#of = Number.POSITIVE_INFINITY;
      this.#since = now;
    }
    this.#of = Math.min(this.#of, ms);
    return ms - Math.min(this.#of, this.#ofBefore);
  }

  /** Null before anything was measured. */
  get ms(): number | null {
    const ms = Math.min(this.#of, this.#ofBefore);
    return Number.isFinite(ms) ? ms : null;
  }
}

const WINDOW_MS = 10_000;
