import { existsSync, rmSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { makeFolder } from '../../disk/make-folder.ts';
import { StoreTrouble } from '../shared/trouble.ts';
import { APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION, SOUND_INDEX_VERSION } from './schema.ts';
import { cutOutIndex, hasIndex, makeIndex } from './search.ts';
import { databasePath, moveAside } from './set-aside.ts';
import { BUSY_MS, isWhole, newer, numberOf, type Soundness, soundnessOf } from './soundness.ts';
import { SqliteStore, type SqliteStoreOptions } from './store.ts';
import { openingTrouble, sqliteTrouble } from './trouble.ts';

interface OpenedDatabase {
  readonly database: DatabaseSync;
  /** Where a file that was no database of ours, or could not be used, lies now, untouched. */
  readonly setAside: string | null;
  /** Its search index was broken, and has been made anew. */
  readonly wasMended: boolean;
}

/**
 * Opens the database, or begins one. A broken search index is made anew. Whatever else lies in its place and cannot be
 * used is moved out of the way as it is: the calls of today are worth more than a start that fails, and somebody may
 * still want what is in it.
 */
export function openForWriting(directory: string, options: OpeningOptions): OpenedDatabase {
  const { durability, wallMs, isSuspect = false } = options;
  makeFolder(directory);
  const path = databasePath(directory);
  const inode = inodeOf(path);
  const found = soundnessOf(path, isSuspect);
  if (found !== 'damaged' && found !== 'foreign') {
    try {
      return {
        database: openAt(path, found, durability),
        setAside: null,
        wasMended: found === 'index_broken',
      };
    } catch (error) {
      if (!isDamage(error)) throw error; // else it looked better than it is
    }
  }
  if (inodeOf(path) !== inode) return openForWriting(directory, options); // somebody else has begun a new one
  const setAside = moveAside(path, wallMs);
  return { database: openAt(path, 'none', durability), setAside, wasMended: false };
}

interface OpeningOptions {
  readonly durability: Durability;
  /** What has to be moved out of the way is named after it. */
  readonly wallMs: number;
  /** It has failed in use. */
  readonly isSuspect?: boolean;
}

/** What was found here to be none of the two that have to be moved away. */
function openAt(path: string, found: Soundness, durability: Durability): DatabaseSync {
  const database = connect(path, { timeout: BUSY_MS });
  try {
    prepare(database, durability);
    if (found === 'index_broken') mend(database);
    return database;
  } catch (error) {
    database.close();
    if (statSync(path, { throwIfNoEntry: false })?.size === 0) rmSync(path); // there was no room to begin it
    throw error;
  }
}

/** `normal` may lose the last commits when the power fails, never more; `strict` loses none, and costs an fsync each. */
export type Durability = 'normal' | 'strict';

function openForReading(directory: string): DatabaseSync {
  const path = databasePath(directory);
  if (!existsSync(path)) throw new StoreTrouble('store_unreachable', `There is no call log at ${path} yet.`);
  return connect(path, { timeout: BUSY_MS, readOnly: true });
}

function connect(path: string, options: { timeout: number; readOnly?: boolean }): DatabaseSync {
  try {
    return new DatabaseSync(path, options);
  } catch (error) {
    throw sqliteTrouble(error);
  }
}

function prepare(database: DatabaseSync, durability: Durability): void {
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = ${durability === 'strict' ? 'FULL' : 'NORMAL'};
    PRAGMA secure_delete = ON;
    PRAGMA temp_store = MEMORY;
  `);
  const version = numberOf(database, 'user_version');
  if (version > 0 && !hasIndex(database)) cutOutIndex(database); // somebody died doing that
  if (version >= SCHEMA_VERSION) return;
  try {
    migrate(database);
  } catch (error) {
    if (!isDamage(error)) throw error;
    cutOutIndex(database); // the calls were read through: it cannot be anything else
    migrate(database);
  }
}

function migrate(database: DatabaseSync): void {
  inTransaction(database, () => {
    const version = numberOf(database, 'user_version'); // somebody else may just have done it, or more
    if (version > SCHEMA_VERSION) throw newer(version);
    for (const migration of MIGRATIONS.slice(version)) database.exec(migration);
    if (version < SOUND_INDEX_VERSION) makeIndex(database);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION};`);
  });
}

/** Makes everything anew that can be made of the calls themselves: the gentle way, or else by copying the rest. */
function mend(database: DatabaseSync): void {
  const anew = () => {
    makeIndex(database);
    database.exec('REINDEX');
  };
  try {
    inTransaction(database, anew);
    if (isWhole(database)) return;
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
  cutOutIndex(database);
  inTransaction(database, anew);
}

/** Two calls of one id, or none where there should be one, are damage as well: no index can be made of them. */
function isDamage(error: unknown): boolean {
  const { reason } = sqliteTrouble(error);
  return reason === 'store_corrupt' || reason === 'bad_data';
}

export function inTransaction(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work();
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function inodeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? 0;
}

export type { SqliteStore } from './store.ts';

export interface OpenedStore extends Omit<OpenedDatabase, 'database'> {
  readonly store: SqliteStore;
}

/** The embedded call log in this directory, begun if there is none. */
export function openSqliteStore(
  directory: string,
  options: SqliteStoreOptions & Partial<Omit<OpeningOptions, 'wallMs'>>,
): OpenedStore {
  try {
    const { database, ...opened } = openForWriting(directory, {
      durability: 'normal',
      ...options,
      wallMs: options.wallMs(),
    });
    return { ...opened, store: new SqliteStore(database, options) };
  } catch (error) {
    throw openingTrouble(directory, error);
  }
}

/** The same log for reading beside its writer. */
export function openSqliteReader(directory: string): SqliteStore {
  return new SqliteStore(openForReading(directory), { owner: '', wallMs: () => 0 });
}

/** A log that was set aside, to be read and changed where it lies; null where that is not possible. */
export function openSetAside(path: string, wallMs: () => number): SqliteStore | null {
  const found = soundnessOf(path);
  if (found !== 'sound' && found !== 'index_broken') return null;
  return new SqliteStore(openAt(path, found, 'normal'), { owner: 'set aside', wallMs });
}

/** Whether this call is in a log that was set aside, as far as can be seen without looking through all of it. */
export function mayBeIn(path: string, callId: string): boolean {
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
    return database.prepare('SELECT 1 FROM calls WHERE call_id = ?').get(callId) !== undefined;
  } catch {
    return true;
  } finally {
    database?.close();
  }
}
