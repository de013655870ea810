import { unreachable } from '../../errors.ts';
import type { CallEvent, CallFact } from '../../ports/facts.ts';
import { type Appended, type Lease, openingOf, type Stamped } from '../../ports/journal.ts';
import type {
  CallCard,
  CallPage,
  CallQuery,
  DayFigures,
  ReviewChange,
  StoredEvent,
} from '../../ports/store.ts';
import type { CardDraft, DerivedCard } from '../../reading/card.ts';
import { DAY_MS, type DayShare, figuresOf } from '../../reading/figures.ts';
import { cardFrom, type Review, reviewed } from '../shared/review.ts';
import { type Condition, conditionsOf, limitOf } from '../shared/search.ts';
import {
  eachByPages,
  FORGOTTEN_AT_ONCE,
  type LoggedCall,
  type OwnerSeen,
  pageOf,
  type SharedStore,
  TAKEN_UP_AT_ONCE,
  type Whose,
} from '../shared/shared-store.ts';
import { addTo, appendBatch, eventsOf, noteBehind, type OwnProcess, sayHere } from './append.ts';
import { cleanJson, cleanText, Database, type PostgresAddress } from './database.ts';

/** Calls in Postgres, for any number of nodes. */
export class PostgresStore implements SharedStore {
  readonly #database: Database;
  readonly #self: OwnProcess;

  constructor(database: Database, self: OwnProcess) {
    this.#database = database;
    this.#self = self;
  }

  append(batch: readonly StoredEvent[]): Promise<Appended> {
    return this.#database.transaction((ask) => appendBatch(ask, this.#self, batch));
  }

  async list(query: CallQuery): Promise<CallPage> {
    const { sql, values } = whereOf(conditionsOf(query));
    const rows = await this.#database.ask<CardRow>(
      `SELECT card, review FROM ringdown_calls ${sql} ${NEWEST_FIRST} LIMIT ${limitOf(query) + 1}`,
      values,
    );
    return pageOf(
      rows.map(({ card, review }) => cardFrom(card, review)),
      query,
    );
  }

  each(query: CallQuery): AsyncIterable<CallCard> {
    return eachByPages((page) => this.list(page), query);
  }

  async card(callId: string): Promise<CallCard | null> {
    const [row] = await this.#database.ask<CardRow>(
      'SELECT card, review FROM ringdown_calls WHERE call_id = $1',
      [callId],
    );
    return row ? cardFrom(row.card, row.review) : null;
  }

  events(callId: string): Promise<readonly CallEvent[]> {
    return eventsOf(this.#database.ask, callId);
  }

  review(callId: string, change: ReviewChange): Promise<boolean> {
    return this.#database.transaction(async (ask) => {
      const [row] = await ask<{ review: Review }>(
        'SELECT review FROM ringdown_calls WHERE call_id = $1 FOR UPDATE',
        [callId],
      );
      if (!row) return false;
      const review = cleanJson(reviewed(row.review, change));
      await ask('UPDATE ringdown_calls SET review = $2::jsonb WHERE call_id = $1', [callId, review]);
      return true;
    });
  }

  async figures(query: CallQuery): Promise<readonly DayFigures[]> {
    const { after: _, ...whole } = query;
    const { sql, values } = whereOf(conditionsOf(whole));
    const rows = await this.#database.ask<ShareRow>(`${DAY_SHARES} ${sql} GROUP BY 1, 2`, values);
    return figuresOf(rows.map((row) => ({ ...row, latencies: row.latencies.flat() })));
  }

  /** Events go with their call. What the server keeps of old rows goes when it next cleans up. */
  async delete(callId: string): Promise<boolean> {
    const rows = await this.#database.ask('DELETE FROM ringdown_calls WHERE call_id = $1 RETURNING 1', [
      callId,
    ]);
    return rows.length > 0;
  }

  async expired(beforeWallMs: number, whose: Whose): Promise<readonly string[]> {
    const { sql, value } = ofAgents(whose, '$2');
    const rows = await this.#database.ask<{ call_id: string }>(
      `SELECT call_id FROM ringdown_calls WHERE started_ms < $1 AND ${sql} ORDER BY started_ms, call_id`,
      [beforeWallMs, value],
    );
    return rows.map(({ call_id }) => call_id);
  }

  async recorded(beforeWallMs: number, whose: Whose): Promise<readonly LoggedCall[]> {
    const { sql, value } = ofAgents(whose, '$2');
    const rows = await this.#database.ask<LoggedRow>(
      `SELECT call_id, epoch, card, workings FROM ringdown_calls
       WHERE (card ->> 'hasRecording')::boolean AND started_ms < $1 AND ${sql}
       ORDER BY started_ms LIMIT ${FORGOTTEN_AT_ONCE}`,
      [beforeWallMs, value],
    );
    return rows.map(loggedFrom);
  }

  async forgetWords(beforeWallMs: number, whose: Whose): Promise<number> {
    const { sql, value } = ofAgents(whose, '$2');
    const rows = await this.#database.ask(
      `WITH old AS (
         SELECT call_id FROM ringdown_calls WHERE started_ms < $1 AND ${sql}
         AND EXISTS (SELECT 1 FROM ringdown_events AS events WHERE events.call_id = ringdown_calls.call_id)
         LIMIT ${FORGOTTEN_AT_ONCE} FOR UPDATE
       ), gone AS (
         DELETE FROM ringdown_events AS events USING old WHERE events.call_id = old.call_id
       )
       UPDATE ringdown_calls AS calls SET
         said = '',
         card = jsonb_set(card, '{summary}', 'null'),
         review = jsonb_set(review, '{notes}', '[]')
       FROM old WHERE calls.call_id = old.call_id RETURNING 1`,
      [beforeWallMs, value],
    );
    return rows.length;
  }

  /** The server tidies up by itself. */
  async tidy(): Promise<void> {}

  beat(): Promise<void> {
    return sayHere(this.#database.ask, this.#self);
  }

  async release(): Promise<void> {
    await this.#database.ask('DELETE FROM ringdown_owners WHERE owner = $1', [this.#self.owner]);
  }

  async forget(gone: readonly OwnerSeen[]): Promise<void> {
    await this.#database.ask(
      `DELETE FROM ringdown_owners AS owners USING unnest($1::text[], $2::text[]) AS given (owner, beat)
       WHERE owners.owner = given.owner AND owners.seen_at::text = given.beat`,
      [gone.map(({ owner }) => owner), gone.map(({ beat }) => beat)],
    );
  }

  owners(): Promise<readonly OwnerSeen[]> {
    return this.#database.ask<Row<OwnerSeen>>(
      'SELECT owner, seen_at::text AS beat, process FROM ringdown_owners WHERE owner <> $1',
      [this.#self.owner],
    );
  }

  acquire({ callId, epoch }: Lease, opening: readonly Stamped[]): Promise<Lease | null> {
    return this.#database.transaction(async (ask) => {
      const [row] = await ask<{ epoch: number }>(
        `UPDATE ringdown_calls SET owner = $1, epoch = epoch + 1 WHERE call_id = $2 AND epoch = $3
         AND (end_reason IS NULL OR (workings ->> 'isUntold')::boolean) RETURNING epoch`,
        [this.#self.owner, callId, epoch],
      );
      if (!row) return null;
      await sayHere(ask, this.#self);
      const lease = { callId, epoch: row.epoch };
      await addTo(ask, callId, openingOf(lease, opening));
      return lease;
    });
  }

  async owns(callId: string): Promise<boolean> {
    const rows = await this.#database.ask('SELECT 1 FROM ringdown_calls WHERE call_id = $1 AND owner = $2', [
      callId,
      this.#self.owner,
    ]);
    return rows.length > 0;
  }

  async lost(leases: readonly Lease[]): Promise<readonly Lease[]> {
    const rows = await this.#database.ask<Row<{ call_id: string }>>(
      `SELECT calls.call_id FROM ringdown_calls AS calls
       JOIN unnest($1::text[], $2::integer[]) AS given (call_id, epoch) ON given.call_id = calls.call_id
       WHERE calls.owner <> $3 OR calls.epoch <> given.epoch`,
      [leases.map(({ callId }) => cleanText(callId)), leases.map(({ epoch }) => epoch), this.#self.owner],
    );
    const lost = new Set(rows.map(({ call_id }) => call_id));
    return leases.filter(({ callId }) => lost.has(cleanText(callId)));
  }

  note(callId: string, fact: CallFact): Promise<void> {
    return this.#database.transaction((ask) => noteBehind(ask, cleanText(callId), fact));
  }

  orphans(present: readonly string[]): Promise<readonly LoggedCall[]> {
    return this.#logged('owner <> $2 AND end_reason IS NULL', present, this.#self.owner);
  }

  untold(
    sinceWallMs: number,
    present: readonly string[],
    but: readonly string[],
  ): Promise<readonly LoggedCall[]> {
    return this.#logged(
      `started_ms >= $2 AND end_reason IS NOT NULL AND (workings ->> 'isUntold')::boolean
       AND call_id <> ALL ($3::text[]) LIMIT ${TAKEN_UP_AT_ONCE}`,
      present,
      sinceWallMs,
      but.map(cleanText),
    );
  }

  /** Calls of which this holds, and which are of none of these. */
  async #logged(
    condition: string,
    present: readonly string[],
    ...values: readonly (string | number | readonly string[])[]
  ): Promise<readonly LoggedCall[]> {
    const rows = await this.#database.ask<LoggedRow>(
      `SELECT call_id, epoch, card, workings FROM ringdown_calls WHERE owner <> ALL ($1::text[]) AND ${condition}`,
      [present, ...values],
    );
    return rows.map(loggedFrom);
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

interface CardRow {
  readonly card: DerivedCard;
  readonly review: Review;
}

const NEWEST_FIRST = 'ORDER BY started_ms DESC, call_id DESC';

interface LoggedRow extends CardDraft {
  readonly call_id: string;
  readonly epoch: number;
}

type Row<T> = T & Readonly<Record<string, unknown>>;

function loggedFrom({ call_id, epoch, card, workings }: LoggedRow): LoggedCall {
  return { callId: call_id, epoch, startedWallMs: card.startedWallMs, lastAtMs: workings.lastAtMs };
}

interface ShareRow extends Omit<DayShare, 'latencies'> {
  readonly latencies: readonly (readonly number[])[];
}

const DAY_SHARES = `
  SELECT (started_ms / ${DAY_MS})::integer AS day, end_reason AS "endReason", count(*)::integer AS calls,
    sum(duration_ms) AS "durationMs", coalesce(sum(cost), 0) AS cost,
    sum((workings ->> 'toolCalls')::integer)::integer AS "toolCalls", sum(tool_failures)::integer AS "toolFailures",
    json_agg(workings -> 'latencies') AS latencies
  FROM ringdown_calls`;

/** Conditions in Postgres' words. Nothing of a query gets into the SQL: values are bound. */
function whereOf(conditions: readonly Condition[]): {
  readonly sql: string;
  readonly values: readonly unknown[];
} {
  const values: unknown[] = [];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const parts = conditions.map((condition) => inSql(condition, bind));
  return { sql: parts.length > 0 ? `WHERE ${parts.join(' AND ')}` : '', values };
}

/** The calls of one agent, or of all but some, who are bound in that place. */
function ofAgents(
  whose: Whose,
  place: string,
): { readonly sql: string; readonly value: string | readonly string[] } {
  return 'only' in whose
    ? { sql: `agent = ${place}`, value: whose.only }
    : { sql: `agent <> ALL (${place}::text[])`, value: whose.allBut };
}

function inSql(condition: Condition, bind: (value: unknown) => string): string {
  switch (condition.type) {
    case 'compare':
      return `${condition.column} ${condition.is} ${bind(condition.value)}`;
    case 'before':
      return `started_ms < ${bind(condition.wallMs)}`;
    case 'live':
      return condition.isLive ? 'end_reason IS NULL' : 'end_reason IS NOT NULL';
    case 'some':
      return condition.isSome ? `${condition.column} > 0` : `${condition.column} = 0`;
    case 'reviewed':
      return `is_reviewed = ${bind(condition.isReviewed)}`;
    case 'listed':
      return `${condition.list} ? ${bind(condition.value)}`;
    case 'number': {
      const part = bind(condition.part);
      return `(strpos(from_number, ${part}) > 0 OR strpos(to_number, ${part}) > 0)`;
    }
    case 'said': // quoted, and with letters and digits only: `:*` means what begins with it
      return `said @@ ${bind(condition.words.map((word) => `'${word}':*`).join(' & '))}::tsquery`;
    case 'never':
      return 'false';
    case 'follows':
      return `(started_ms, call_id) < (${bind(condition.startedMs)}, ${bind(condition.callId)})`;
    default:
      return unreachable(condition);
  }
}

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
