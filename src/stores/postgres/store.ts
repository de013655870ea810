import type { CallEvent } from '../../ports/facts.ts';
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
import { conditionsOf, limitOf } from '../shared/conditions.ts';
import { eachByPages, pageOf } from '../shared/page.ts';
import { cardFrom, type Review, reviewed } from '../shared/review.ts';
import {
  FORGOTTEN_AT_ONCE,
  type Orphan,
  type SharedStore,
  TAKEN_UP_AT_ONCE,
  type Whose,
} from '../shared/shared-store.ts';
import { appendBatch, eventsOf } from './append.ts';
import { cleanJson, cleanText } from './clean.ts';
import type { Database } from './database.ts';
import { ofAgents, whereOf } from './where.ts';

/** Calls in Postgres, for any number of nodes. */
export class PostgresStore implements SharedStore {
  readonly #database: Database;
  readonly #owner: string;

  constructor(database: Database, owner: string) {
    this.#database = database;
    this.#owner = owner;
  }

  append(batch: readonly StoredEvent[]): Promise<void> {
    return this.#database.transaction((ask) => appendBatch(ask, this.#owner, batch));
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

  async recorded(beforeWallMs: number, whose: Whose): Promise<readonly Orphan[]> {
    const { sql, value } = ofAgents(whose, '$2');
    const rows = await this.#database.ask<LeftRow>(
      `SELECT call_id, card, workings FROM ringdown_calls
       WHERE (card ->> 'hasRecording')::boolean AND started_ms < $1 AND ${sql}
       ORDER BY started_ms LIMIT ${FORGOTTEN_AT_ONCE}`,
      [beforeWallMs, value],
    );
    return rows.map(orphanFrom);
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

  /** By the server's clock: those of the nodes differ. */
  async beat(): Promise<void> {
    await this.#database.ask(
      `INSERT INTO ringdown_owners (owner, seen_at) VALUES ($1, clock_timestamp())
       ON CONFLICT (owner) DO UPDATE SET seen_at = excluded.seen_at`,
      [this.#owner],
    );
    await this.#database.ask(
      `DELETE FROM ringdown_owners WHERE seen_at < clock_timestamp() - interval '1 day'`,
    );
  }

  orphans(): Promise<readonly Orphan[]> {
    return this.#leftBehind('owner <> $1 AND end_reason IS NULL');
  }

  untold(sinceWallMs: number, but: readonly string[]): Promise<readonly Orphan[]> {
    return this.#leftBehind(
      `started_ms >= $2 AND end_reason IS NOT NULL AND (workings ->> 'isUntold')::boolean
       AND call_id <> ALL ($3::text[]) LIMIT ${TAKEN_UP_AT_ONCE}`,
      sinceWallMs,
      but.map(cleanText),
    );
  }

  /** Calls of which this holds, and which are this process's own, or of one that is gone. */
  async #leftBehind(
    condition: string,
    ...values: readonly (number | readonly string[])[]
  ): Promise<readonly Orphan[]> {
    const rows = await this.#database.ask<LeftRow>(
      `SELECT call_id, card, workings FROM ringdown_calls
       WHERE owner NOT IN (SELECT owner FROM ringdown_owners
         WHERE owner <> $1 AND seen_at > clock_timestamp() - interval '30 seconds')
       AND ${condition}`,
      [this.#owner, ...values],
    );
    return rows.map(orphanFrom);
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

interface LeftRow extends CardDraft {
  readonly call_id: string;
}

function orphanFrom({ call_id, card, workings }: LeftRow): Orphan {
  const { lastSeq, lastAtMs } = workings;
  return { callId: call_id, startedWallMs: card.startedWallMs, lastSeq, lastAtMs };
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
