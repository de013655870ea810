import { existsSync, readFileSync } from 'node:fs';

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
