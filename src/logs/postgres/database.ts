import pg from 'pg';
import { StoreTrouble } from '../keeping/trouble.ts';
import { cleanText } from './clean.ts';
import { MIGRATION_LOCK, MIGRATIONS, SCHEMA_VERSION } from './schema.ts';
import { postgresTrouble } from './trouble.ts';

export interface PostgresAddress {
  readonly url: string;
  /** Where our tables are; the server's own choice when absent. */
  readonly schema?: string;
  readonly connections: number;
}

/** Something that answers queries: the pool, or a transaction. Texts are made such that Postgres takes them. */
export type Ask = <Row extends pg.QueryResultRow>(
  sql: string,
  values?: readonly unknown[],
) => Promise<readonly Row[]>;

/** Connections to the database, made and replaced as needed. Whatever fails is a `StoreTrouble`. */
export class Database {
  readonly #pool: pg.Pool;

  constructor({ url, schema, connections }: PostgresAddress) {
    this.#pool = new pg.Pool({
      connectionString: url,
      max: connections,
      application_name: 'ringdown',
      connectionTimeoutMillis: CONNECT_MS,
      statement_timeout: STATEMENT_MS,
      query_timeout: STATEMENT_MS + CONNECT_MS, // also when the server is gone without a word
      keepAlive: true,
      ...(schema === undefined ? {} : { options: `-c search_path=${schema}` }),
    });
    this.#pool.on('error', () => {}); // an idle connection was cut: the next query takes another one
  }

  readonly ask: Ask = (sql, values = []) => this.#troubled(() => run(this.#pool, sql, values));

  /** All of it, or nothing. */
  transaction<T>(work: (ask: Ask) => Promise<T>): Promise<T> {
    return this.#troubled(async () => {
      const client = await this.#pool.connect();
      client.on('error', ignore); // it is told by the query that fails
      let isUsable = false;
      try {
        await client.query('BEGIN');
        const result = await work((sql, values = []) => run(client, sql, values));
        await client.query('COMMIT');
        isUsable = true;
        return result;
      } finally {
        client.off('error', ignore);
        client.release(!isUsable); // one that failed half-way is closed, which undoes what it did
      }
    });
  }

  /** Nodes that start at once take turns, and the second one finds it done. Killed half-way, nothing was done. */
  migrate(): Promise<void> {
    return this.transaction(async (ask) => {
      await ask('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
      await ask('CREATE TABLE IF NOT EXISTS ringdown_schema (version integer NOT NULL)');
      const [row] = await ask<{ version: number | null }>(
        'SELECT max(version) AS version FROM ringdown_schema',
      );
      const version = row?.version ?? 0;
      if (version > SCHEMA_VERSION) throw newer(version);
      for (const migration of MIGRATIONS.slice(version)) await ask(migration);
      if (version < SCHEMA_VERSION) await ask('INSERT INTO ringdown_schema VALUES ($1)', [SCHEMA_VERSION]);
    });
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #troubled<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw postgresTrouble(error);
    }
  }
}

async function run<Row extends pg.QueryResultRow>(
  on: pg.Pool | pg.PoolClient,
  sql: string,
  values: readonly unknown[],
): Promise<readonly Row[]> {
  const bound = values.map((value) => (typeof value === 'string' ? cleanText(value) : value));
  // Without values the simple protocol is used, which takes several statements at once.
  const result = bound.length > 0 ? await on.query<Row>(sql, bound) : await on.query<Row>(sql);
  return result.rows;
}

function newer(version: number): StoreTrouble {
  return new StoreTrouble(
    'store_newer',
    `The call log has schema ${version}, this program knows ${SCHEMA_VERSION}. Start the newer program, or give this one another DATABASE_URL.`,
  );
}

function ignore(): void {}

const CONNECT_MS = 3_000;
const STATEMENT_MS = 10_000;
