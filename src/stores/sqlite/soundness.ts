import { closeSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { StoreTrouble } from '../shared/trouble.ts';
import { APPLICATION_ID, OWNED_VERSION, SCHEMA_VERSION, SOUND_INDEX_VERSION } from './schema.ts';
import { hasIndex } from './search.ts';
import { sqliteTrouble } from './trouble.ts';

/**
 * What lies in the place of a call log.
 *
 * - `none`: nothing;
 * - `sound`: a call log, or an empty one that somebody has just begun;
 * - `index_broken`: its calls can be read, but what is made of them for finding them cannot be relied on;
 * - `damaged`: no database, or one whose calls cannot all be read;
 * - `foreign`: something else, which is nobody's damaged log: another program's database, a directory.
 */
export type Soundness = 'none' | 'sound' | 'index_broken' | 'damaged' | 'foreign';

/**
 * Looks without touching: opened for reading only, so that what is damaged stays as it was found. The calls and the
 * index of their words are looked at apart: a broken index is no reason to do without a call. `isSuspect`: it has
 * failed in use, so it is looked through whatever its size, and the index is not believed in any case.
 */
export function soundnessOf(path: string, isSuspect = false): Soundness {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return 'none';
  if (!found.isFile()) return 'foreign';
  if (!hasHeader(path, found)) return 'damaged';
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
    const version = numberOf(database, 'user_version');
    const isBlank = database.prepare('SELECT count(*) AS count FROM sqlite_schema').get()?.['count'] === 0;
    if (isBlank) return 'sound'; // somebody was killed, or is busy, between making the file and filling it
    if (numberOf(database, 'application_id') !== APPLICATION_ID) return 'foreign';
    if (version > SCHEMA_VERSION) throw newer(version);
    if (version >= SOUND_INDEX_VERSION && !hasIndex(database)) return 'index_broken';
    if (found.size > MOST_CHECKED_BYTES && !isSuspect) return 'sound';
    if (version >= SOUND_INDEX_VERSION && !isSuspect && isWhole(database)) return 'sound';
    if (!areTablesWhole(database)) return 'damaged';
    return version < SOUND_INDEX_VERSION ? 'sound' : 'index_broken'; // an older one is made anew anyway
  } catch (error) {
    const trouble = sqliteTrouble(error);
    if (trouble.reason !== 'store_corrupt') throw trouble;
    return 'damaged';
  } finally {
    database?.close();
  }
}

/** Whether nothing at all is wrong with it: not with its calls, nor with the index of their words. */
export function isWhole(database: DatabaseSync): boolean {
  try {
    return database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'] === 'ok';
  } catch (error) {
    const trouble = sqliteTrouble(error);
    if (trouble.reason !== 'store_corrupt') throw trouble;
    return false;
  }
}

function areTablesWhole(database: DatabaseSync): boolean {
  const owners = numberOf(database, 'user_version') < OWNED_VERSION ? 'keepers' : 'owners';
  return [...TABLES, owners].every(
    (table) => database.prepare(`PRAGMA quick_check(${table})`).get()?.['quick_check'] === 'ok',
  );
}

export function numberOf(database: DatabaseSync, pragma: 'user_version' | 'application_id'): number {
  return Number(database.prepare(`PRAGMA ${pragma}`).get()?.[pragma] ?? 0);
}

export function newer(version: number): StoreTrouble {
  return new StoreTrouble(
    'store_newer',
    `The call log has schema ${version}, this program knows ${SCHEMA_VERSION}. Start the newer program, or give this one another DATA_DIR.`,
  );
}

function hasHeader(path: string, { size }: Stats): boolean {
  if (size < HEADER.length) return false;
  const file = openSync(path, 'r');
  try {
    const header = Buffer.alloc(HEADER.length);
    readSync(file, header, 0, HEADER.length, 0);
    return header.toString('latin1') === HEADER;
  } finally {
    closeSync(file);
  }
}

const HEADER = 'SQLite format 3\0';

/** What nothing else could be made of again. */
const TABLES = ['calls', 'events'] as const;

/** Short: whoever is locked out waits in the writer, which has other things to do meanwhile. */
export const BUSY_MS = 200;

/** Read through at the start in about a second; a bigger one shows its damage when it is used. */
const MOST_CHECKED_BYTES = 256 * 1024 * 1024;
