import { isMistake, StoreTrouble, type TroubleReason } from '../shared/trouble.ts';

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

/** Where one wanted to go, and as whom. */
export interface PostgresPlace {
  readonly host: string;
  readonly port: number;
  readonly user?: string | undefined;
  readonly database?: string | undefined;
}

/** Why there is no connection, in a sentence for whoever can do something about it. */
export function connectionTrouble(error: unknown, place: PostgresPlace): StoreTrouble {
  if (error instanceof StoreTrouble) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const message = error instanceof Error ? error.message : '';
  return new StoreTrouble('store_unreachable', connectionSentence(code, message, place), { cause: error });
}

function connectionSentence(
  code: string,
  message: string,
  { host, port, user = '', database = user }: PostgresPlace,
): string {
  const at = `${host}:${port}`;
  switch (code) {
    case '28P01':
      return `Postgres at ${at} does not take the password of user "${user}": check DATABASE_URL, or PGPASSWORD.`;
    case '28000':
      return `Postgres at ${at} does not let user "${user}" in: name another in DATABASE_URL or PGUSER, or allow this one.`;
    case '3D000':
      return `Postgres at ${at} has no database "${database}": create it, or name another in DATABASE_URL or PGDATABASE.`;
    case '53300':
      return `Postgres at ${at} has no connection left for us: raise its max_connections, or run fewer processes.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `There is no host "${host}" (${code}): check DATABASE_URL, or PGHOST.`;
    case 'ECONNREFUSED':
    case 'ENOENT': // the socket in a folder
      return `Nothing listens at ${at} (${code}): check DATABASE_URL, and whether Postgres is up.`;
  }
  // pg's own troubles have no codes.
  if (/password must be a string/i.test(message))
    return `Postgres at ${at} asks for the password of user "${user}", and there is none: put it into DATABASE_URL or PGPASSWORD.`;
  if (/does not support SSL/i.test(message))
    return `Postgres at ${at} speaks no TLS: take sslmode out of DATABASE_URL, or turn TLS on there.`;
  if (code === 'ETIMEDOUT' || /timeout/i.test(message))
    return `Postgres at ${at} does not answer: check DATABASE_URL, and whether it is up.`;
  return `Postgres at ${at} cannot be reached (${code || 'the connection was cut'}).`;
}

/** The address is not repeated: there is a password in it. */
export function unreadableAddress(cause: unknown): StoreTrouble {
  return new StoreTrouble('store_unreachable', UNREADABLE_ADDRESS, { cause });
}

export const UNREADABLE_ADDRESS =
  'DATABASE_URL cannot be read: it has to be like postgres://USER:PASSWORD@HOST:PORT/DATABASE, where # / ? @ and the like in a password are written %23, %2F, %3F, %40.';

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
