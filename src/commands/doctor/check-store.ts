import type { Config } from '../../app/config.ts';
import { openPostgresStore } from '../../stores/postgres/index.ts';
import { StoreTrouble } from '../../stores/shared/trouble.ts';
import { type Finding, good, note } from './finding.ts';

/** Whether the shared call log can be reached and written; nothing to say where calls are logged in `DATA_DIR`. */
export async function checkStore({ databaseUrl: url }: Config): Promise<readonly Finding[]> {
  if (url === null) return [];
  try {
    const store = await openPostgresStore({ url, owner: 'doctor', connections: 1 });
    await store.close();
    return [good('database', 'The Postgres of DATABASE_URL answers, and has a place for calls.')];
  } catch (error) {
    if (!(error instanceof StoreTrouble)) throw error;
    return [
      note('database', `${error.message} Until then calls are answered, and wait in memory to be kept.`),
    ];
  }
}
