import type { Clock } from '../../ports/clock.ts';

/**
 * Makes whoever tries wrong passwords wait for the answer: by where they come from, and altogether, for an address can
 * be forged. A right one is never asked to wait, so nobody can shut the owner out by guessing.
 */
export class Guesses {
  readonly #clock: Clock;
  readonly #altogether = new Pace(ALTOGETHER);
  readonly #byNetwork = new Map<string, Pace>();
  #waiting = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts a wrong one; resolves when it may be answered. `slow_down`: too many wait for theirs already. */
  async wasWrong(address: string): Promise<'wrong' | 'slow_down'> {
    const now = this.#clock.now();
    const waitMs = Math.max(this.#altogether.next(now), this.#paceOf(networkOf(address), now).next(now));
    if (waitMs === 0) return 'wrong';
    if (this.#waiting >= MOST_WAITING) return 'slow_down';
    this.#waiting += 1;
    await new Promise<void>((resolve) => void this.#clock.after(waitMs, resolve));
    this.#waiting -= 1;
    return 'wrong';
  }

  #paceOf(network: string, now: number): Pace {
    const pace = this.#byNetwork.get(network) ?? new Pace(EACH);
    this.#byNetwork.delete(network); // so that the oldest stand first
    this.#byNetwork.set(network, pace);
    for (const [oldest, { isRested }] of this.#byNetwork) {
      if (!isRested(now) && this.#byNetwork.size <= MOST_NETWORKS) break;
      if (oldest !== network) this.#byNetwork.delete(oldest);
    }
    return pace;
  }
}

interface PaceLimits {
  /** So often, in the long run. */
  readonly everyMs: number;
  /** So many at once before anybody waits: typing slips, and programs with yesterday's password. */
  readonly atOnce: number;
  readonly mostWaitMs: number;
}

/** One after the other, at a steady pace. */
class Pace {
  readonly #limits: PaceLimits;
  /** When all that has come would have come, had it kept the pace. */
  #dueMs = Number.NEGATIVE_INFINITY;

  constructor(limits: PaceLimits) {
    this.#limits = limits;
  }

  /** How long the next one has to wait. */
  next(now: number): number {
    const { everyMs, atOnce, mostWaitMs } = this.#limits;
    const dueMs = Math.max(this.#dueMs, now - everyMs * atOnce) + everyMs;
    this.#dueMs = Math.min(dueMs, now + Math.max(everyMs, mostWaitMs));
    return Math.min(Math.max(0, this.#dueMs - now), mostWaitMs);
  }

  readonly isRested = (now: number): boolean =>
    this.#dueMs <= now - this.#limits.everyMs * this.#limits.atOnce;
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

/** Behind a proxy that does not say whom it brings, this is everybody: a second of waiting is what a person bears. */
const EACH = { everyMs: 10_000, atOnce: 5, mostWaitMs: 1_000 } as const satisfies PaceLimits;

/** Two a second in the long run for twenty connections; a password of sixteen random characters outlasts the sun. */
const ALTOGETHER = { everyMs: 500, atOnce: 30, mostWaitMs: 10_000 } as const satisfies PaceLimits;

/** The headers for whoever tries more of them than can be made to wait. */
export const SLOW_DOWN = { 'Retry-After': '10', Connection: 'close' } as const;

const MOST_NETWORKS = 10_000;

/** Each holds a request in memory. */
const MOST_WAITING = 500;
