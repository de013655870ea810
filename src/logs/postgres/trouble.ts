import { isMistake, StoreTrouble, type TroubleReason } from '../keeping/trouble.ts';

/** What Postgres means for us; https://www.postgresql.org/docs/current/errcodes-appendix.html */
const CODES: ReadonlyMap<string, TroubleReason> = new Map([
  ['53100', 'store_full'],
  ['55P03', 'store_locked'], // lock not available
  ['57014', 'store_locked'], // cancelled: it took too long
  ['40001', 'store_locked'],
  ['40P01', 'store_locked'], // deadlock
  ['25006', 'store_unwritable'], // a standby
  ['42501', 'store_unwritable'],
]);

/** By the first two characters. */
const CLASSES: ReadonlyMap<string, TroubleReason> = new Map([
  ['08', 'store_unreachable'],
  ['28', 'store_unreachable'], // not let in
  ['3D', 'store_unreachable'], // no such database
  ['57', 'store_unreachable'], // shutting down, or starting
  ['22', 'bad_data'],
  ['23', 'bad_data'],
  ['54', 'bad_data'], // too large
]);

export function postgresTrouble(error: unknown): StoreTrouble {
  if (error instanceof StoreTrouble) return error;
  if (isMistake(error)) return new StoreTrouble('bad_data', 'A mistake of ours.', { cause: error });
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const isSqlState = /^[0-9A-Z]{5}$/.test(code) && !code.startsWith('E');
  const reason = isSqlState
    ? (CODES.get(code) ?? CLASSES.get(code.slice(0, 2)) ?? 'store_failed')
    : 'store_unreachable'; // sockets that break, names that are not found, time that runs out
  // Its own message may hold what was said.
  return new StoreTrouble(reason, `Postgres refused (${code || 'no connection'}).`, { cause: error });
}
