import type { OwnProcess } from './append.ts';
import { Database, type PostgresAddress } from './database.ts';
import { PostgresStore } from './store.ts';

export type { PostgresAddress } from './database.ts';
export type { PostgresStore } from './store.ts';

/** The shared call log at this address, with its tables brought up to date. */
export async function openPostgresStore(options: PostgresAddress & OwnProcess): Promise<PostgresStore> {
  const database = new Database(options);
  try {
    await database.migrate();
    return new PostgresStore(database, options);
  } catch (error) {
    await database.close().catch(() => {});
    throw error;
  }
}
