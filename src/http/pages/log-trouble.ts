import type { LogTrouble } from '../making/page-requests.ts';

/** That what is kept of calls cannot be read, why, and since when. What to do about it is in the program's own log. */
export function troubleWords({ reason, sinceWallMs }: LogTrouble): string {
  const since = new Date(sinceWallMs).toISOString();
  const why = REASONS.get(reason) ?? `has trouble (${reason})`;
  return `The call log ${why}, since ${since.slice(0, 10)} ${since.slice(11, 16)} UTC. The log of the program says more. Calls go on, and what happens on them is kept as soon as it can be. Try again in a moment.`;
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['store_unreachable', 'cannot be reached just now'],
  ['store_locked', 'is busy just now'],
  ['store_full', 'has no room left'],
  ['store_unwritable', 'may not be written'],
  ['store_corrupt', 'is damaged'],
  ['store_newer', 'belongs to a later version of this program'],
]);

/** Seconds after which one may ask again. */
export const RETRY_LOG_S = 5;
