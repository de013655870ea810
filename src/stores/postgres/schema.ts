/** Any number, as long as all nodes have the same one and nobody else has it. */
export const MIGRATION_LOCK = 0x52494e47;

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
