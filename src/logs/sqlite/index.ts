import { type Durability, databasePath, moveAside, openForReading, openForWriting } from './open.ts';
import { SqliteStore, type SqliteStoreOptions } from './store.ts';
import { sqliteTrouble } from './trouble.ts';

export type { Durability } from './open.ts';
export type { SqliteStore } from './store.ts';

export interface OpenedStore {
  readonly store: SqliteStore;
  /** Where a file lies now that was in the way and no call log of ours. */
  readonly setAside: string | null;
}

/** The embedded call log in this directory, begun if there is none. */
export function openSqliteStore(
  directory: string,
  options: SqliteStoreOptions & { readonly durability?: Durability },
): OpenedStore {
  try {
    const stamp = stampOf(options.wallMs());
    const { database, setAside } = openForWriting(directory, options.durability ?? 'normal', stamp);
    return { store: new SqliteStore(database, options), setAside };
  } catch (error) {
    throw sqliteTrouble(error);
  }
}

/** The same log for reading beside its writer. */
export function openSqliteReader(directory: string): SqliteStore {
  return new SqliteStore(openForReading(directory), { keeper: '', wallMs: () => 0 });
}

/** Moves a log away that turned out to be damaged while it was used. It must be closed. */
export function setDamagedAside(directory: string, wallMs: number): string {
  return moveAside(databasePath(directory), stampOf(wallMs));
}

function stampOf(wallMs: number): string {
  return new Date(wallMs).toISOString().replaceAll(/[:.]/g, '-');
}
