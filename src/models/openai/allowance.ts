import type { Clock } from '../../ports/clock.ts';

/** What a message costs us. Sound is cheap for its size, and what is an echo of ours is hardly looked at. */
export type Weight = 'sound' | 'echo' | 'word';

/**
 * What one session may cost the house: how much it may send in a while, and how much of it is kept for good.
 *
 * A model that speaks for ten minutes within two seconds stays far within it. One that goes beyond is having no
 * conversation with anybody, and its neighbours are.
 */
export class Allowance {
  readonly #clock: Clock;
  #left = BURST_BYTES;
  #filledAt: number;
  #keptChars = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#filledAt = clock.now();
  }

  /** False: it has sent too much. */
  takes(bytes: number, weight: Weight): boolean {
    const now = this.#clock.now();
    this.#left = Math.min(BURST_BYTES, this.#left + (now - this.#filledAt) * REFILL_BYTES_PER_MS);
    this.#filledAt = now;
    this.#left -= costOf(bytes, weight);
    return this.#left >= 0;
  }

  /** Something that stays in the record. False: there is too much of it. */
  keeps(chars: number): boolean {
    return this.keepsMore(LEAST_KEPT_CHARS + chars);
  }

  /** More of something that stays in the record: a line has its price, and not each word that it comes in. */
  keepsMore(chars: number): boolean {
    this.#keptChars += chars;
    return this.#keptChars <= MOST_KEPT_CHARS;
  }
}

function costOf(bytes: number, weight: Weight): number {
  switch (weight) {
    case 'sound':
      return bytes / 16;
    case 'echo':
      return Math.min(bytes, MOST_ECHO_BYTES);
    case 'word':
      return Math.max(bytes, LEAST_BYTES);
  }
}

/** Of words; of sound sixteen times as much, a quarter of an hour. */
const BURST_BYTES = 4 * 1024 * 1024;

/** A thousand messages a second; a model that is in a hurry sends a hundred. */
const REFILL_BYTES_PER_MS = 256;

/** Every message has its price, however little is in it. */
const LEAST_BYTES = 256;
const MOST_ECHO_BYTES = 64 * 1024;

/** Four hours, as long as a call may last, of two people who take turns every six seconds stay within it. */
const MOST_KEPT_CHARS = 1024 * 1024;
const LEAST_KEPT_CHARS = 64;
