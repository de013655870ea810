/**
 * Two real servers share a log while their calls go on: one is cut off from Postgres for a minute, a SQLite file is
 * locked for ten seconds, one is frozen until the other has its calls. `node test/support/two-servers.ts [cut stalled
 * frozen frozen-postgres]`; six minutes for all of it.
 */
import { bothStalled, oneCutOff, oneFrozen } from './two-servers/situations.ts';

const CALLS = 20;
const SITUATIONS = {
  cut: (putAway) => oneCutOff(CALLS, 60_000, putAway),
  stalled: (putAway) => bothStalled(CALLS, 10_000, putAway),
  frozen: (putAway) => oneFrozen('sqlite', CALLS, 40_000, putAway),
  'frozen-postgres': (putAway) => oneFrozen('postgres', CALLS, 150_000, putAway),
} as const satisfies Record<string, (putAway: (done: () => void | Promise<void>) => void) => Promise<object>>;

const wanted = process.argv.slice(2);
for (const [name, run] of Object.entries(SITUATIONS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const left: (() => void | Promise<void>)[] = [];
  try {
    console.log(name, await run((done) => void left.unshift(done)));
  } finally {
    for (const putAway of left) await putAway();
  }
}
process.exit();
