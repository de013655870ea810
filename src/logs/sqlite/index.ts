import { type OpenedDatabase, type OpeningOptions, openForReading, openForWriting } from './open.ts';
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
  options: SqliteStoreOptions & Partial<Omit<OpeningOptions, 'stamp'>>,
): OpenedStore {
  try {
    const { database, ...opened } = openForWriting(directory, {
      durability: 'normal',
      ...options,
      stamp: new Date(options.wallMs()).toISOString().replaceAll(/[:.]/g, '-'),
    });
    return { ...opened, store: new SqliteStore(database, options) };
  } catch (error) {
    throw openingTrouble(directory, error);
  }
}

/** The same log for reading beside its writer. */
export function openSqliteReader(directory: string): SqliteStore {
  return new SqliteStore(openForReading(directory), { keeper: '', wallMs: () => 0 });
}
