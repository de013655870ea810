import { userInfo } from 'node:os';
import pg from 'pg';
import { StoreTrouble } from '../shared/trouble.ts';
import { cleanText } from './clean.ts';
import { MIGRATION_LOCK, MIGRATIONS, SCHEMA_VERSION } from './schema.ts';
import { connectionTrouble, postgresTrouble, unreadableAddress } from './trouble.ts';

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
  readonly #place: pg.Client;

  constructor({ url, schema, connections }: PostgresAddress) {
    this.#place = readAddress(url);
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

  readonly ask: Ask = (sql, values = []) => this.#troubled((client) => run(client, sql, values));

  /** All of it, or nothing. */
  transaction<T>(work: (ask: Ask) => Promise<T>): Promise<T> {
    return this.#troubled(async (client) => {
      await client.query('BEGIN');
      const result = await work((sql, values = []) => run(client, sql, values));
      await client.query('COMMIT');
      return result;
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

  async #troubled<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw connectionTrouble(error, this.#place);
    });
    client.on('error', ignore); // it is told by the query that fails
    let isUsable = false;
    try {
      const result = await work(client);
      isUsable = true;
      return result;
    } catch (error) {
      throw postgresTrouble(error);
    } finally {
      client.off('error', ignore);
      client.release(!isUsable); // one that failed half-way is closed, which undoes what it did
    }
  }
}

async function run<Row extends pg.QueryResultRow>(
  on: pg.PoolClient,
  sql: string,
  values: readonly unknown[],
): Promise<readonly Row[]> {
  const bound = values.map((value) => (typeof value === 'string' ? cleanText(value) : value));
  // Without values the simple protocol is used, which takes several statements at once.
  const result = bound.length > 0 ? await on.query<Row>(sql, bound) : await on.query<Row>(sql);
  return result.rows;
}

/**
 * As pg itself reads it, with what it finds in the environment where the address leaves something out: one that never
 * connects, and knows where it would.
 */
function readAddress(url: string): pg.Client {
  pg.defaults.user ??= nameOfOwner(); // as Postgres' own programs do where USER is not set
  try {
    return new pg.Client({ connectionString: url });
  } catch (cause) {
    throw unreadableAddress(cause);
  }
}

function nameOfOwner(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined; // a number that has no name
  }
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
