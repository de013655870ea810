import type { DigitWish } from '../ports/tools.ts';

/** Keys that belong together, and who waits for them: a tool, or nobody in particular. */
export interface Entry {
  readonly keys: string;
  readonly isSecret: boolean;
  /** Takes the keys instead of the conversation. */
  readonly answer: ((keys: string | null) => void) | null;
}

/** Gathers single keys into entries: up to a terminator, a full count, or a pause. */
export class KeyPad {
  #keys = '';
  #lastKeyAt = 0;
  #wish: { readonly wish: DigitWish; readonly since: number; readonly answer: Entry['answer'] } | null = null;

  get isSecret(): boolean {
    return this.#wish?.wish.isSecret ?? false;
  }

  /** The next entry is for whoever asks. One wish at a time; an earlier one comes away empty. */
  collect(wish: DigitWish, now: number, answer: (keys: string | null) => void): void {
    this.#wish?.answer?.(null);
    this.#keys = '';
    this.#wish = { wish, since: now, answer };
  }

  press(key: string, now: number): Entry | null {
    const { most, terminator } = this.#wish?.wish ?? FREELY;
    this.#lastKeyAt = now;
    if (key === terminator) return this.#finish();
    this.#keys += key;
    return this.#keys.length >= most ? this.#finish() : null;
  }

  tick(now: number): Entry | null {
    const { pauseMs } = this.#wish?.wish ?? FREELY;
    if (this.#keys !== '') return now - this.#lastKeyAt >= pauseMs ? this.#finish() : null;
    return this.#wish && now - this.#wish.since >= FIRST_KEY_MS ? this.#finish() : null;
  }

  #finish(): Entry {
    const entry = { keys: this.#keys, isSecret: this.isSecret, answer: this.#wish?.answer ?? null };
    this.#keys = '';
    this.#wish = null;
    return entry;
  }
}

/** How keys are read that nobody asked for. */
const FREELY: DigitWish = { most: 32, terminator: '#', pauseMs: 2_500, isSecret: false };

/** How long a caller may look for the keys. */
const FIRST_KEY_MS = 15_000;
