/**
 * Finds the place of the line's own stamps on the call's clock.
 *
 * Stamps are even but begin anywhere; arrivals are on our clock but never even. No frame arrives before it was
 * spoken, so the one that took the shortest way tells how the two clocks lie: the quickest of the last seconds,
 * because clocks of two machines drift apart by a few milliseconds a minute.
 */
export class LineClock {
  #quickest = Number.POSITIVE_INFINITY;
  #quickestBefore = Number.POSITIVE_INFINITY;
  #sinceMs = 0;

  /** When, on the call's clock, this was spoken. */
  callMs(lineMs: number, arrivedMs: number): number {
    const behindMs = arrivedMs - lineMs;
    if (Math.abs(behindMs - this.#behindMs()) > OTHER_CLOCK_MS) this.#begin(behindMs, arrivedMs);
    if (arrivedMs - this.#sinceMs > WINDOW_MS) {
      this.#quickestBefore = this.#quickest;
      this.#quickest = Number.POSITIVE_INFINITY;
      this.#sinceMs = arrivedMs;
    }
    this.#quickest = Math.min(this.#quickest, behindMs);
    return lineMs + this.#behindMs();
  }

  #behindMs(): number {
    return Math.min(this.#quickest, this.#quickestBefore);
  }

  #begin(behindMs: number, arrivedMs: number): void {
    this.#quickest = behindMs;
    this.#quickestBefore = Number.POSITIVE_INFINITY;
    this.#sinceMs = arrivedMs;
  }
}

const WINDOW_MS = 10_000;

/** No network is that late: the line has begun to count anew, or left something out. */
const OTHER_CLOCK_MS = 1_000;
