import type { Clock } from '../../ports/clock.ts';

/** Counts wrong passwords by where they come from. Ten in a quarter of an hour is a person; more is a machine. */
export class Attempts {
  readonly #clock: Clock;
  readonly #wrong = new Map<string, { count: number; readonly untilMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether another password may be tried from there at all. */
  mayTry(address: string): boolean {
    const entry = this.#wrong.get(networkOf(address));
    return !entry || entry.untilMs <= this.#clock.now() || entry.count < MOST_WRONG;
  }

  wasWrong(address: string): void {
    const now = this.#clock.now();
    const network = networkOf(address);
    const entry = this.#wrong.get(network);
    if (entry && entry.untilMs > now) {
      entry.count += 1;
      return;
    }
    this.#wrong.delete(network); // so that the oldest stand first
    this.#wrong.set(network, { count: 1, untilMs: now + WINDOW_MS });
    this.#sweep(now);
  }

  #sweep(now: number): void {
    for (const [network, { untilMs }] of this.#wrong) {
      if (untilMs > now && this.#wrong.size <= MOST_ADDRESSES) return;
      this.#wrong.delete(network);
    }
  }
}

/** Whoever has one IPv6 address has all of its /64. */
function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? [] : Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0');
  return [...front, ...gap, ...back].slice(0, 4).join(':');
}

const MOST_WRONG = 10;
const WINDOW_MS = 15 * 60 * 1000;
const MOST_ADDRESSES = 10_000;
