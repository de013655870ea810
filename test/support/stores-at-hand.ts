import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import type { StoreSettings } from '../../src/journal/messages.ts';
import { aSchema, whyNoPostgres } from './a-postgres.ts';
import { aFolder } from './temp-folder.ts';

/** A place for a call log, which several processes may share. */
export interface StorePlace {
  readonly directory: string;
  readonly store: StoreSettings;
  /** All processes of before have let others know that they are gone, or somebody has found it out. */
  allAreGone(): Promise<void>;
}

/** Every store there is on this machine, each with places of its own. For `describe.each`. */
export async function storesAtHand(): Promise<[string, () => Promise<StorePlace>][]> {
  const stores: [string, () => Promise<StorePlace>][] = [['SQLite', inSqlite]];
  const missing = await whyNoPostgres();
  if (missing === null) stores.push(['Postgres', inPostgres]);
  else process.stderr.write(`SKIPPED: the same in Postgres (${missing}).\n`);
  return stores;
}

async function inSqlite(): Promise<StorePlace> {
  const directory = aFolder({}).path;
  return {
    directory,
    store: { kind: 'sqlite' },
    async allAreGone() {
      const database = new DatabaseSync(join(directory, 'calls.db'), { timeout: 5_000 });
      database.exec('DELETE FROM owners');
      database.close();
    },
  };
}

async function inPostgres(): Promise<StorePlace> {
  const { url, schema, ask, drop } = await aSchema();
  onTestFinished(drop);
  return {
    directory: aFolder({}).path,
    store: { kind: 'postgres', url, schema },
    async allAreGone() {
      await ask('DELETE FROM ringdown_owners');
    },
  };
}
