import { closeSync, existsSync, mkdirSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreTrouble } from '../keeping/trouble.ts';
import { APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION } from './schema.ts';
import { sqliteTrouble } from './trouble.ts';

/** The embedded database's place in a data directory. */
export function databasePath(directory: string): string {
  return join(directory, 'calls.db');
}

export interface OpenedDatabase {
  readonly database: DatabaseSync;
  /** Where a file that was no database of ours lies now, untouched. */
  readonly setAside: string | null;
}

/**
 * Opens the database, or begins one. Whatever lies in its place and cannot be used is moved out of the way as it
 * is: the calls of today are worth more than a start that fails, and somebody may still want what is in it.
 */
export function openForWriting(directory: string, durability: Durability, stamp: string): OpenedDatabase {
  mkdirSync(directory, { recursive: true });
  const path = databasePath(directory);
  const setAside = isUsable(path) ? null : moveAside(path, stamp);
  const database = connect(path, { timeout: BUSY_MS });
  try {
    prepare(database, durability);
  } catch (error) {
    database.close();
    throw error;
  }
  return { database, setAside };
}

export function openForReading(directory: string): DatabaseSync {
  const path = databasePath(directory);
  if (!existsSync(path)) throw new StoreTrouble('store_unreachable', `There is no call log at ${path} yet.`);
  return connect(path, { timeout: BUSY_MS, readOnly: true });
}

/** `normal` may lose the last commits when the power fails, never more; `strict` loses none, and costs an fsync each. */
export type Durability = 'normal' | 'strict';

/** Moves a damaged database away, with the files that belong to it. */
export function moveAside(path: string, stamp: string): string {
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
  if (numberOf(database, 'user_version') >= SCHEMA_VERSION) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    const version = numberOf(database, 'user_version'); // somebody else may just have done it, or more
    if (version > SCHEMA_VERSION) throw newer(version);
    for (const migration of MIGRATIONS.slice(version)) database.exec(migration);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION};`);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** Looks without touching: opened for reading only, so that what is damaged stays as it was found. */
function isUsable(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return true;
  if (!found.isFile() || found.size === 0 || !hasHeader(path)) return false;
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
    const version = numberOf(database, 'user_version');
    const isOurs = numberOf(database, 'application_id') === APPLICATION_ID || isBlank(database);
    if (isOurs && version > SCHEMA_VERSION) throw newer(version);
    return isOurs && (found.size > MOST_CHECKED_BYTES || isSound(database));
  } catch (error) {
    const trouble = sqliteTrouble(error);
    if (trouble.reason !== 'store_corrupt') throw trouble;
    return false;
  } finally {
    database?.close();
  }
}

function isSound(database: DatabaseSync): boolean {
  return database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'] === 'ok';
}

/** Somebody was killed, or is busy, between making the file and filling it. */
function isBlank(database: DatabaseSync): boolean {
  return database.prepare('SELECT count(*) AS count FROM sqlite_schema').get()?.['count'] === 0;
}

function newer(version: number): StoreTrouble {
  return new StoreTrouble(
    'store_newer',
    `The call log has schema ${version}, this program knows ${SCHEMA_VERSION}. Start the newer program, or give this one another DATA_DIR.`,
  );
}

function hasHeader(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const header = Buffer.alloc(HEADER.length);
    readSync(file, header, 0, HEADER.length, 0);
    return header.toString('latin1') === HEADER;
  } finally {
    closeSync(file);
  }
}

function freeName(wanted: string): string {
  let name = wanted;
  for (let n = 2; existsSync(name); n++) name = `${wanted}-${n}`;
  return name;
}

function numberOf(database: DatabaseSync, pragma: 'user_version' | 'application_id'): number {
  return Number(database.prepare(`PRAGMA ${pragma}`).get()?.[pragma] ?? 0);
}

const HEADER = 'SQLite format 3\0';

/** Short: whoever is locked out waits in the writer, which has other things to do meanwhile. */
const BUSY_MS = 200;

/** Read through at the start in about a second; a bigger one shows its damage when it is used. */
const MOST_CHECKED_BYTES = 256 * 1024 * 1024;
