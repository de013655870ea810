import { readdirSync, readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import type { Clock } from '../ports/clock.ts';

/** What a process has open, and may have open; null where the system does not tell. */
export interface Descriptors {
  limit(): number | null;
  open(): number | null;
}

/**
 * Whether one more call finds the descriptors it needs.
 *
 * A process that has run out of them cannot even answer the webhook of the next caller, who then hears the carrier's
 * error; and calls that go on lose their recordings. So some are kept back: callers who come when no others are left
 * hear that all lines are busy.
 */
export class RoomForCalls {
  readonly #descriptors: Descriptors;
  readonly #clock: Clock;
  readonly #log: Pick<Logger, 'warn'>;
  #warnedAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, log: Pick<Logger, 'warn'>, descriptors: Descriptors = OF_THIS_PROCESS) {
    this.#descriptors = descriptors;
    this.#clock = clock;
    this.#log = log;
  }

  /** `coming`: calls that were let in and have yet to open what they need, the next one included. */
  isThereFor(coming: number, live: number): boolean {
    const limit = this.#descriptors.limit();
    if (limit === null || limit >= PLENTY + PER_CALL * (live + coming)) return true; // not counted: that takes time, too
    const open = this.#descriptors.open();
    if (open === null || limit - open >= KEPT_BACK + PER_CALL * coming) return true;
    this.#warn(limit, open);
    return false;
  }

  #warn(limit: number, open: number): void {
    const now = this.#clock.now();
    if (now - this.#warnedAt < WARN_EVERY_MS) return;
    this.#warnedAt = now;
    this.#log.warn(
      { limit, open },
      'Callers are told that all lines are busy: this process may not open enough files and sockets. Raise its limit (ulimit -n, LimitNOFILE).',
    );
  }
}

/** As Linux tells it. Read every time: limits can be changed while a process runs. */
export const OF_THIS_PROCESS: Descriptors = {
  limit: () =>
    numberFrom(() => Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1])),
  open: () => numberFrom(() => readdirSync('/proc/self/fd').length),
};

/** How many calls at once a process has room for that may open so much. */
export function callsWithin(limit: number): number {
  return Math.max(0, Math.floor((limit - ITS_OWN - KEPT_BACK) / PER_CALL));
}

function numberFrom(read: () => number): number | null {
  try {
    const number = read();
    return Number.isFinite(number) ? number : null; // "unlimited"
  } catch {
    return null;
  }
}

/** Its media socket, its model's socket and, in practice, that one's other end; its recording; its webhook. */
const PER_CALL = 5;

/** For webhooks of callers who are turned away or hang up, for pages, and for what is opened for a moment. */
const KEPT_BACK = 12;

/** What a process has open that has no calls: its threads, its log. */
const ITS_OWN = 40;

/** More than a process has open besides its calls. */
const PLENTY = 1_000;

const WARN_EVERY_MS = 60_000;
