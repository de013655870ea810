import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeFolder } from '../../make-folder.ts';
import { StoreTrouble } from '../keeping/trouble.ts';
import { APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION, SOUND_INDEX_VERSION } from './schema.ts';
import { cutOutIndex, hasIndex, makeIndex } from './search-index.ts';
import { BUSY_MS, isWhole, newer, numberOf, type Soundness, soundnessOf } from './soundness.ts';
import { sqliteTrouble } from './trouble.ts';

/** The embedded database's place in a data directory. */
export function databasePath(directory: string): string {
  return join(directory, 'calls.db');
}

export interface OpenedDatabase {
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
export function openForWriting(
  directory: string,
  { durability, stamp, isSuspect = false }: OpeningOptions,
): OpenedDatabase {
  makeFolder(directory);
  const path = databasePath(directory);
  const found = soundnessOf(path, isSuspect);
  if (found === 'damaged' || found === 'foreign')
    return { setAside: moveAside(path, stamp), database: openAt(path, 'none', durability), wasMended: false };
  try {
    const database = openAt(path, found, durability);
    return { setAside: null, database, wasMended: found === 'index_broken' };
  } catch (error) {
    if (!isDamage(error)) throw error; // it looked better than it is
    return { setAside: moveAside(path, stamp), database: openAt(path, 'none', durability), wasMended: false };
  }
}

function openAt(path: string, found: Soundness, durability: Durability): DatabaseSync {
  const database = connect(path, { timeout: BUSY_MS });
  try {
    prepare(database, durability);
    if (found === 'index_broken') mend(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

export interface OpeningOptions {
  readonly durability: Durability;
  /** Part of the name of what has to be moved out of the way. */
  readonly stamp: string;
  /** It has failed in use. */
  readonly isSuspect?: boolean;
}

/** `normal` may lose the last commits when the power fails, never more; `strict` loses none, and costs an fsync each. */
export type Durability = 'normal' | 'strict';

export function openForReading(directory: string): DatabaseSync {
  const path = databasePath(directory);
  if (!existsSync(path)) throw new StoreTrouble('store_unreachable', `There is no call log at ${path} yet.`);
  return connect(path, { timeout: BUSY_MS, readOnly: true });
}

/** Moves a damaged database away, with the files that belong to it. */
function moveAside(path: string, stamp: string): string {
  const aside = freeName(`${path}.set-aside-${stamp}`);
  renameSync(path, aside);
  for (const suffix of ['-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
  return aside;
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

function inTransaction(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work();
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function freeName(wanted: string): string {
  let name = wanted;
  for (let n = 2; existsSync(name); n++) name = `${wanted}-${n}`;
  return name;
}
