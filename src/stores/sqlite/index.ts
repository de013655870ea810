import { DatabaseSync } from 'node:sqlite';
import { type OpenedDatabase, type OpeningOptions, openAt, openForReading, openForWriting } from './open.ts';
import { BUSY_MS, soundnessOf } from './soundness.ts';
import { SqliteStore, type SqliteStoreOptions } from './store.ts';
import { openingTrouble } from './trouble.ts';

export type { Durability } from './open.ts';
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
