import { existsSync, readFileSync } from 'node:fs';
import { systemClock } from '../ports/clock.ts';

/**
 * When this process itself was held up, by its own work or by the machine's.
 *
 * The phones live in it: one that is held up when its sound begins, or when it is told to be silent, does not know what
 * it would have played otherwise.
 */
export class Stalls {
  readonly #endedAt: number[] = [];
  #lastAt = systemClock.now();

  constructor() {
    systemClock.every(LOOK_MS, () => this.#look());
  }

  near(at: number): boolean {
    return this.#endedAt.some((endedAt) => Math.abs(endedAt - at) < NEAR_MS);
  }

  #look(): void {
    const now = systemClock.now();
    if (now - this.#lastAt > LOOK_MS + SHORTEST_MS) this.#endedAt.push(now);
    if (this.#endedAt.length > REMEMBERED) this.#endedAt.shift();
    this.#lastAt = now;
  }
}

const LOOK_MS = 4;
const SHORTEST_MS = 4;

/** What waited meanwhile is dealt with in this time. */
const NEAR_MS = 60;

/** More than there are within the longest answer. */
const REMEMBERED = 2_000;

/** How the cores of this machine have spent their time since it started, in whatever unit; the eighth was taken away. */
export type CoreTimes = readonly number[];

/** Empty on a system that does not tell. */
export function coreTimes(): CoreTimes {
  const text = existsSync(PATH) ? readFileSync(PATH, 'utf8') : '';
  return /^cpu +([\d ]+)$/m.exec(text)?.[1]?.split(' ').map(Number) ?? [];
}

/** What no program can do anything about, and every 99th percentile shows. */
export function stolenLine(before: CoreTimes, after: CoreTimes): string {
  const spent = after.map((time, i) => time - (before[i] ?? 0));
  const stolen = spent[STOLEN];
  if (stolen === undefined) return 'this system does not tell how much of its cores others took meanwhile';
  const all = spent.slice(0, STOLEN + 1).reduce((total, time) => total + time, 0);
  return `others on the same machine took ${((100 * stolen) / all).toFixed(1)} % of the cores meanwhile`;
}

const PATH = '/proc/stat';
const STOLEN = 7;
