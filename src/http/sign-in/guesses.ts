import type { Clock } from '../../ports/clock.ts';

/** Where a password comes from. */
export interface Whence {
  /** Who is said to ask: to be believed as far as the proxy is. */
  readonly address: string;
  /** Who has the connection: nobody can forge that. */
  readonly peer: string;
  /** Whoever has gone keeps nobody waiting. */
  readonly isGone: () => boolean;
}

/**
 * Lets two passwords a second be compared in the long run, wherever they come from, so that nobody learns more of
 * them. Silence would be an answer as well, so those that wait are not looked at before their turn, right ones
 * neither. Where a right one has come from before there is a way past, as long as few wrong ones come from there.
 */
export class Guesses {
  readonly #clock: Clock;
  readonly #altogether = new Allowance(ALTOGETHER);
  readonly #byNetwork = new Map<string, Allowance>();
  /** The networks that have brought a right one, and how many wrong ones they may bring besides. */
  readonly #known = new Map<string, Allowance>();
  /** When somebody from there had a turn. */
  readonly #turns = new Map<string, number>();
  /** In the order in which they came. */
  readonly #waiting = new Set<Waiting>();
  #nextTurnMs = Number.NEGATIVE_INFINITY;
  #cancelTurn: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What `compare` finds, once it may; null is wrong. `slow_down`: so many wait that this one was not looked at. */
  async try<Found>(
    { address, peer, isGone }: Whence,
    compare: () => Found | null,
  ): Promise<Found | null | 'slow_down'> {
    const network = networkOf(address);
    if (this.#mayPass(network)) return this.#compared(network, compare);
    return new Promise((resolve) => {
      this.#waiting.add({
        network,
        peer: networkOf(peer),
        isGone,
        sinceMs: this.#clock.now(),
        turn: () => {
          const found = this.#compared(network, compare);
          resolve(found);
          return found !== null;
        },
        sendAway: () => resolve('slow_down'),
      });
      this.#goOn();
    });
  }

  #mayPass(network: string): boolean {
    const now = this.#clock.now();
    if (this.#known.get(network)?.has(1, now)) return true;
    // The last one is for those that wait.
    return this.#altogether.has(2, now) && (this.#byNetwork.get(network)?.has(1, now) ?? true);
  }

  #compared<Found>(network: string, compare: () => Found | null): Found | null {
    const now = this.#clock.now();
    const found = compare();
    if (found !== null) {
      keepLatest(this.#known, network, this.#known.get(network) ?? new Allowance(KNOWN), MOST_KNOWN);
      return found;
    }
    this.#altogether.take(now);
    this.#known.get(network)?.take(now);
    const own = this.#byNetwork.get(network) ?? new Allowance(EACH);
    own.take(now);
    keepLatest(this.#byNetwork, network, own, MOST_NETWORKS);
    return null;
  }

  /** A turn is over with a wrong one: any number of right ones costs nobody anything. */
  #goOn(): void {
    const now = this.#clock.now();
    for (const one of this.#waiting)
      if (one.isGone() || now - one.sinceMs >= LONGEST_WAIT_MS) this.#sendAway(one);
    while (now >= this.#nextTurnMs && this.#altogether.has(1, now)) {
      const next = this.#next();
      if (!next) break;
      this.#waiting.delete(next);
      for (const from of [next.network, next.peer]) keepLatest(this.#turns, from, now, MOST_NETWORKS);
      if (!next.turn()) this.#nextTurnMs = now + ALTOGETHER.everyMs;
    }
    if (this.#waiting.size > MOST_WAITING) this.#sendAway(oneTooMany(this.#waiting));
    this.#cancelTurn?.();
    const dueInMs = this.#nextTurnMs > now ? this.#nextTurnMs - now : ALTOGETHER.everyMs;
    this.#cancelTurn = this.#waiting.size > 0 ? this.#clock.after(dueInMs, () => this.#goOn()) : null;
  }

  #sendAway(one: Waiting): void {
    this.#waiting.delete(one);
    one.sendAway();
  }

  /**
   * From where nobody has had a turn for longest: by connections first, as addresses are forged. Of those alike the
   * one that came last, so that a flood of before does not stand in the way.
   */
  #next(): Waiting | null {
    const turnOf = (from: string) => this.#turns.get(from) ?? Number.NEGATIVE_INFINITY;
    let best: Waiting | null = null;
    for (const waiting of this.#waiting) {
      const isSame = best && turnOf(waiting.peer) === turnOf(best.peer);
      const isAhead = isSame && best ? turnOf(waiting.network) <= turnOf(best.network) : false;
      if (!best || isAhead || (!isSame && turnOf(waiting.peer) < turnOf(best.peer))) best = waiting;
    }
    return best;
  }
}

interface Waiting {
  readonly network: string;
  readonly peer: string;
  readonly isGone: () => boolean;
  readonly sinceMs: number;
  /** False: it was a wrong one. */
  readonly turn: () => boolean;
  readonly sendAway: () => void;
}

/** The oldest from where most wait: so nobody is put out by a crowd elsewhere. */
function oneTooMany(waiting: Iterable<Waiting>): Waiting {
  const fromPeer = biggestCrowd(waiting, ({ peer }) => peer);
  const [oldest] = biggestCrowd(fromPeer, ({ network }) => network);
  if (!oldest) throw new TypeError('Somebody was to be sent away where nobody waits.');
  return oldest;
}

function biggestCrowd(waiting: Iterable<Waiting>, from: (one: Waiting) => string): readonly Waiting[] {
  const crowds = [...Map.groupBy(waiting, from).values()];
  return crowds.reduce((biggest, crowd) => (crowd.length > biggest.length ? crowd : biggest), []);
}

interface AllowanceLimits {
  /** So often, in the long run. */
  readonly everyMs: number;
  /** So many at once: typing slips, and programs with yesterday's password. */
  readonly atOnce: number;
}

/** How many wrong ones may come still. */
class Allowance {
  readonly #limits: AllowanceLimits;
  #wholeAtMs = Number.NEGATIVE_INFINITY;

  constructor(limits: AllowanceLimits) {
    this.#limits = limits;
  }

  has(count: number, now: number): boolean {
    return this.#wholeAtMs - now <= (this.#limits.atOnce - count) * this.#limits.everyMs;
  }

  take(now: number): void {
    const { everyMs, atOnce } = this.#limits;
    this.#wholeAtMs = Math.min(Math.max(this.#wholeAtMs, now) + everyMs, now + atOnce * everyMs);
  }
}

/** Keeps so many, the latest ones. */
export function keepLatest<Value>(map: Map<string, Value>, name: string, value: Value, most: number): void {
  map.delete(name); // so that the oldest stand first
  map.set(name, value);
  const oldest = map.keys().next().value;
  if (map.size > most && oldest !== undefined) map.delete(oldest);
}

const EACH = { everyMs: 10_000, atOnce: 5 } as const satisfies AllowanceLimits;

/** A password of sixteen random characters outlasts the sun at this pace. */
const ALTOGETHER = { everyMs: 500, atOnce: 30 } as const satisfies AllowanceLimits;

/** Two a second as well, were all of those networks forged. */
const KNOWN = { everyMs: 30_000, atOnce: 5 } as const satisfies AllowanceLimits;
const MOST_KNOWN = 60;

const MOST_NETWORKS = 10_000;

/** Each holds a request and its connection. */
const MOST_WAITING = 200;

/** Browsers and programs are patient for so long. */
const LONGEST_WAIT_MS = 10_000;

/** Tells of wrong passwords for which there is no room to wait: at once, then once a minute how many there were. */
export function guessNews(
  clock: Clock,
  tell: (count: number) => void,
): (answer: 'wrong' | 'slow_down') => void {
  let count = 0;
  let quietUntil = Number.NEGATIVE_INFINITY;
  return (answer) => {
    if (answer === 'wrong') return;
    count += 1;
    if (clock.now() < quietUntil) return;
    quietUntil = clock.now() + EVERY_MS;
    tell(count);
    count = 0;
  };
}

const EVERY_MS = 60_000;

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
