/**
 * When the phone is asked how far it has come.
 *
 * Often enough to notice one that stalls, seldom enough to cost nothing. More often while a stretch of sound is
 * young: any mark may be held up on its way, and the quickest of a stretch tells when the phone began to play it.
 */
export class MarkPace {
  #beganAt = Number.NEGATIVE_INFINITY;
  #unmarkedMs = 0;

  /** The phone has played all it had, and is sent something. True: it is to tell when it begins with that. */
  begins(now: number): boolean {
    if (now - this.#beganAt < MARK_YOUNG_EVERY_MS) return false; // a model that is no faster than its sound
    this.#beganAt = now;
    return true;
  }

  /** So much more was sent. True: it is time for a mark behind it. */
  sent(ms: number, now: number): boolean {
    this.#unmarkedMs += ms;
    const isYoung = now - this.#beganAt < YOUNG_MS;
    return this.#unmarkedMs >= (isYoung ? MARK_YOUNG_EVERY_MS : MARK_EVERY_MS);
  }

  /** Some of what was sent has no mark behind it. */
  get hasUnmarked(): boolean {
    return this.#unmarkedMs > 0;
  }

  /** There is a mark behind all that was sent, or nothing left to mark. */
  marked(): void {
    this.#unmarkedMs = 0;
  }
}

const MARK_EVERY_MS = 500;
const MARK_YOUNG_EVERY_MS = 150;
const YOUNG_MS = 1_500;
