import { randomBytes } from 'node:crypto';
import pg from 'pg';

const URL_OF_TESTS = 'postgres://postgres@127.0.0.1:5432/test';

/** Why there is no server to test against; null if there is one. */
export async function whyNoPostgres(): Promise<string | null> {
  const client = new pg.Client({ connectionString: URL_OF_TESTS, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return null;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'no connection';
  } finally {
    await client.end().catch(() => {});
  }
}

/** A place of its own in the database, which is dropped afterwards. */
export async function aSchema(): Promise<{
  url: string;
  schema: string;
  ask: (sql: string) => Promise<readonly Record<string, unknown>[]>;
  drop: () => Promise<void>;
}> {
  const schema = `test_${randomBytes(8).toString('hex')}`;
  const client = new pg.Client({ connectionString: URL_OF_TESTS, options: `-c search_path=${schema}` });
  await client.connect();
  await client.query(`CREATE SCHEMA ${schema}`);
  return {
    url: URL_OF_TESTS,
    schema,
    ask: async (sql) => (await client.query(sql)).rows,
    async drop() {
      await client.query(`DROP SCHEMA ${schema} CASCADE`);
      await client.end();
    },
  };
}
