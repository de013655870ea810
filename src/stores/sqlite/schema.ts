/** Marks a file as ours: "RING". */
export const APPLICATION_ID = 0x52494e47;

/**
 * What brings the schema from each version to the next.
 *
 * A call is one row: its card and what goes on with it, as JSON, written together with its events. The columns that
 * calls are found by are made of the card by the database itself, so that they cannot say anything else.
 *
 * What was said stands once more as bare words, for searching: `search.ts` makes that.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE calls (
    id INTEGER PRIMARY KEY,
    call_id TEXT NOT NULL UNIQUE,
    keeper TEXT NOT NULL,
    started_ms INTEGER GENERATED ALWAYS AS (card ->> '$.startedWallMs') STORED,
    direction TEXT GENERATED ALWAYS AS (card ->> '$.direction') STORED,
    from_number TEXT GENERATED ALWAYS AS (card ->> '$.from') STORED,
    to_number TEXT GENERATED ALWAYS AS (card ->> '$.to') STORED,
    agent TEXT GENERATED ALWAYS AS (card ->> '$.agent') STORED,
    end_reason TEXT GENERATED ALWAYS AS (card ->> '$.endReason') STORED,
    duration_ms INTEGER GENERATED ALWAYS AS (card ->> '$.durationMs') STORED,
    interruptions INTEGER GENERATED ALWAYS AS (card ->> '$.interruptions') STORED,
    tools TEXT GENERATED ALWAYS AS (card -> '$.tools') STORED,
    tool_failures INTEGER GENERATED ALWAYS AS (card ->> '$.toolFailures') STORED,
    problems INTEGER GENERATED ALWAYS AS (card ->> '$.problems') STORED,
    latency_p95_ms REAL GENERATED ALWAYS AS (card ->> '$.latencyP95Ms') STORED,
    cost REAL GENERATED ALWAYS AS (card ->> '$.cost') STORED,
    is_reviewed INTEGER GENERATED ALWAYS AS (review ->> '$.isReviewed') STORED,
    tags TEXT GENERATED ALWAYS AS (review -> '$.tags') STORED,
    card TEXT NOT NULL,
    review TEXT NOT NULL,
    workings TEXT NOT NULL
  );
  CREATE INDEX calls_by_start ON calls (started_ms DESC, call_id DESC);
  CREATE INDEX calls_going_on ON calls (keeper) WHERE end_reason IS NULL;
  CREATE TABLE events (
    call INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    event TEXT NOT NULL,
    PRIMARY KEY (call, seq)
  ) WITHOUT ROWID;
  CREATE TABLE keepers (keeper TEXT PRIMARY KEY, seen_ms INTEGER NOT NULL);
  `,
  // All that figures are made of, side by side: without it every call would be read for them, with all that is in it.
  `
  CREATE INDEX calls_in_figures ON calls (
    started_ms, agent, end_reason, duration_ms, cost, tool_failures, workings ->> '$.toolCalls', workings -> '$.latencies'
  );
  `,
  // The search index of before may be spoilt: it is made anew when the version is seen to be less than this one.
  '',
  // Once an hour it is looked whose sound has been kept long enough.
  `
  CREATE INDEX calls_with_sound ON calls (started_ms) WHERE card ->> '$.hasRecording';
  `,
  // Who owns a call may change, and each owner has an epoch of its own. Where a process is tells whether it is gone.
  `
  ALTER TABLE calls RENAME COLUMN keeper TO owner;
  ALTER TABLE calls ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE keepers RENAME TO owners;
  ALTER TABLE owners RENAME COLUMN keeper TO owner;
  ALTER TABLE owners ADD COLUMN process TEXT NOT NULL DEFAULT '';
  `,
  // What was written until now is of the first version of events. Added so, it costs nothing to rows that are there.
  'ALTER TABLE events ADD COLUMN version INTEGER NOT NULL DEFAULT 1',
];

/** Since when it is said who owns a call, and not who keeps it. */
export const OWNED_VERSION = 5;

/** Whose search index can be relied on. */
export const SOUND_INDEX_VERSION = 3;

/** A program that knows a lesser one than it finds keeps its hands off. */
export const SCHEMA_VERSION = MIGRATIONS.length;
