import { userInfo } from 'node:os';
import pg from 'pg';
import { StoreTrouble } from '../shared/trouble.ts';
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
      idle_in_transaction_session_timeout: IDLE_MS,
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
/** Of a process that was frozen in the middle of a transaction: what it holds is not held up for its neighbours. */
const IDLE_MS = 5_000;

/** Postgres takes neither zero characters nor halves of surrogate pairs in its texts. */
export function cleanText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\u{fffd}');
}

/** For its JSON columns, which do not take them escaped either. */
export function cleanJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'string' ? cleanText(part) : part));
}

/** Any number, as long as all nodes have the same one and nobody else has it. */
const MIGRATION_LOCK = 0x52494e47;

/**
 * What brings the schema from each version to the next. Names begin with `ringdown_`: the database may be shared with
 * other programs. The columns that calls are found by are made of the card by the database itself.
 */
export const MIGRATIONS: readonly string[] = [
  `
    CREATE TABLE ringdown_calls (
      call_id text COLLATE "C" PRIMARY KEY,
      keeper text NOT NULL,
      card jsonb NOT NULL,
      review jsonb NOT NULL,
      workings jsonb NOT NULL,
      said tsvector NOT NULL DEFAULT '',
      started_ms bigint GENERATED ALWAYS AS ((card ->> 'startedWallMs')::numeric::bigint) STORED,
      direction text GENERATED ALWAYS AS (card ->> 'direction') STORED,
      from_number text GENERATED ALWAYS AS (card ->> 'from') STORED,
      to_number text GENERATED ALWAYS AS (card ->> 'to') STORED,
      agent text GENERATED ALWAYS AS (card ->> 'agent') STORED,
      end_reason text GENERATED ALWAYS AS (card ->> 'endReason') STORED,
      duration_ms double precision GENERATED ALWAYS AS ((card ->> 'durationMs')::double precision) STORED,
      interruptions integer GENERATED ALWAYS AS ((card ->> 'interruptions')::integer) STORED,
      tools jsonb GENERATED ALWAYS AS (card -> 'tools') STORED,
      tool_failures integer GENERATED ALWAYS AS ((card ->> 'toolFailures')::integer) STORED,
      problems integer GENERATED ALWAYS AS ((card ->> 'problems')::integer) STORED,
      latency_p95_ms double precision GENERATED ALWAYS AS ((card ->> 'latencyP95Ms')::double precision) STORED,
      cost double precision GENERATED ALWAYS AS ((card ->> 'cost')::double precision) STORED,
      is_reviewed boolean GENERATED ALWAYS AS ((review ->> 'isReviewed')::boolean) STORED,
      tags jsonb GENERATED ALWAYS AS (review -> 'tags') STORED
    );
    CREATE INDEX ringdown_calls_by_start ON ringdown_calls (started_ms DESC, call_id DESC);
    CREATE INDEX ringdown_calls_going_on ON ringdown_calls (keeper) WHERE end_reason IS NULL;
    CREATE INDEX ringdown_calls_by_words ON ringdown_calls USING gin (said);
    CREATE TABLE ringdown_events (
      call_id text COLLATE "C" NOT NULL REFERENCES ringdown_calls ON DELETE CASCADE,
      seq integer NOT NULL,
      event text NOT NULL,
      PRIMARY KEY (call_id, seq)
    );
    CREATE TABLE ringdown_keepers (keeper text PRIMARY KEY, seen_at timestamptz NOT NULL);
    `,
  // Once an hour it is looked whose sound has been kept long enough.
  `CREATE INDEX ringdown_calls_with_sound ON ringdown_calls (started_ms) WHERE (card ->> 'hasRecording')::boolean`,
  // Who owns a call may change, and each owner has an epoch of its own. Where a process is tells whether it is gone.
  `
    ALTER TABLE ringdown_calls RENAME COLUMN keeper TO owner;
    ALTER TABLE ringdown_calls ADD COLUMN epoch integer NOT NULL DEFAULT 0;
    ALTER TABLE ringdown_keepers RENAME TO ringdown_owners;
    ALTER TABLE ringdown_owners RENAME COLUMN keeper TO owner;
    ALTER TABLE ringdown_owners ADD COLUMN process text NOT NULL DEFAULT '';
  `,
  // What was written until now is of the first version of events. Added so, it costs nothing to rows that are there.
  'ALTER TABLE ringdown_events ADD COLUMN version smallint NOT NULL DEFAULT 1',
];

/** A program that knows a lesser one than it finds keeps its hands off. */
export const SCHEMA_VERSION = MIGRATIONS.length;
