import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { type CallEvent, type CallFact, END_REASONS } from '../../ports/facts.ts';
import { type Appended, type Lease, openingOf, type Stamped } from '../../ports/journal.ts';
import type {
  CallCard,
  CallPage,
  CallQuery,
  DayFigures,
  ReviewChange,
  StoredEvent,
} from '../../ports/store.ts';
import type { DerivedCard } from '../../reading/card.ts';
import { DAY_MS, type DayShare, figuresOf } from '../../reading/figures.ts';
import { cardFrom, type Review, reviewed } from '../shared/review.ts';
import { conditionsOf, limitOf } from '../shared/search.ts';
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
import { fromKept } from '../shared/upcast.ts';
import { Appender } from './append.ts';
import { compactIndex, ofAgents, whereOf } from './search.ts';
import { sqliteTrouble } from './trouble.ts';

export interface SqliteStoreOptions {
  /** The name of this process among those that keep calls here. */
  readonly owner: string;
  /** Which process of which machine it is, where that can be said. */
  readonly process?: string;
  readonly wallMs: () => number;
}

/**
 * Calls in one SQLite file. Everything it does is done when its promise is returned: it is meant for a thread that
 * has nothing more urgent to do.
 */
export class SqliteStore implements SharedStore {
  readonly #database: DatabaseSync;
  readonly #options: SqliteStoreOptions;
  #appender: Appender | null = null;
  /** Something was deleted whose traces may still be there: also by a process that was killed before it wiped them. */
  #owesWiping = true;
  #wipedWallMs = Number.NEGATIVE_INFINITY;

  constructor(database: DatabaseSync, options: SqliteStoreOptions) {
    this.#database = database;
    this.#options = options;
  }

  append(batch: readonly StoredEvent[]): Promise<Appended> {
    return this.#write(() => this.#ready.append(this.#options.owner, batch, () => this.#sayHere()));
  }

  list(query: CallQuery): Promise<CallPage> {
    return this.#read(() => {
      const { sql, values } = whereOf(conditionsOf(query));
      const rows = this.#database
        .prepare(
          `SELECT card, review FROM calls ${query.isLive ? 'INDEXED BY calls_going_on' : ''} ${sql}
           ORDER BY started_ms DESC, call_id DESC LIMIT ${limitOf(query) + 1}`,
        )
        .all(...values);
      return pageOf(rows.map(readCard), query);
    });
  }

  each(query: CallQuery): AsyncIterable<CallCard> {
    return eachByPages((page) => this.list(page), query);
  }

  card(callId: string): Promise<CallCard | null> {
    return this.#read(() => {
      const row = this.#database.prepare('SELECT card, review FROM calls WHERE call_id = ?').get(callId);
      return row ? readCard(row) : null;
    });
  }

  events(callId: string): Promise<readonly CallEvent[]> {
    return this.#read(() =>
      this.#database
        .prepare(
          'SELECT event, version FROM events WHERE call = (SELECT id FROM calls WHERE call_id = ?) ORDER BY seq',
        )
        .all(callId)
        .map(fromKept),
    );
  }

  review(callId: string, change: ReviewChange): Promise<boolean> {
    return this.#write(() => {
      const row = this.#database.prepare('SELECT review FROM calls WHERE call_id = ?').get(callId);
      if (!row) return false;
      const review = reviewed(JSON.parse(String(row['review'])), change);
      this.#database
        .prepare('UPDATE calls SET review = ? WHERE call_id = ?')
        .run(JSON.stringify(review), callId);
      return true;
    });
  }

  figures(query: CallQuery): Promise<readonly DayFigures[]> {
    return this.#read(() => {
      const { after: _, ...whole } = query;
      const { sql, values } = whereOf(conditionsOf(whole));
      const rows = this.#database.prepare(`${DAY_SHARES} ${sql} GROUP BY day, end_reason`).all(...values);
      return figuresOf(rows.map(shareFrom));
    });
  }

  async delete(callId: string): Promise<boolean> {
    const wasThere = await this.#write(() => {
      const row = this.#database.prepare('SELECT id FROM calls WHERE call_id = ?').get(callId);
      if (!row) return false;
      const id = Number(row['id']);
      this.#database.prepare('DELETE FROM said WHERE rowid = ?').run(id);
      this.#database.prepare('DELETE FROM events WHERE call = ?').run(id);
      this.#database.prepare('DELETE FROM calls WHERE id = ?').run(id);
      return true;
    });
    if (wasThere) await this.#wipeSoon();
    return wasThere;
  }

  expired(beforeWallMs: number, whose: Whose): Promise<readonly string[]> {
    const { sql, value } = ofAgents(whose);
    return this.#read(() =>
      this.#database
        .prepare(`SELECT call_id FROM calls WHERE started_ms < ? AND ${sql} ORDER BY started_ms`)
        .all(beforeWallMs, value)
        .map((row) => String(row['call_id'])),
    );
  }

  recorded(beforeWallMs: number, whose: Whose): Promise<readonly LoggedCall[]> {
    const { sql, value } = ofAgents(whose);
    return this.#read(() =>
      this.#database
        .prepare(
          `SELECT ${LOGGED} FROM calls WHERE card ->> '$.hasRecording' AND started_ms < ? AND ${sql}
           ORDER BY started_ms LIMIT ${FORGOTTEN_AT_ONCE}`,
        )
        .all(beforeWallMs, value)
        .map(loggedFrom),
    );
  }

  async forgetWords(beforeWallMs: number, whose: Whose): Promise<number> {
    const { sql, value } = ofAgents(whose);
    const forgotten = await this.#write(() => {
      const ids = this.#database
        .prepare(
          `SELECT id FROM calls WHERE started_ms < ? AND ${sql}
           AND EXISTS (SELECT 1 FROM events WHERE call = calls.id) LIMIT ${FORGOTTEN_AT_ONCE}`,
        )
        .all(beforeWallMs, value)
        .map((row) => Number(row['id']));
      for (const id of ids) {
        this.#database.prepare('DELETE FROM said WHERE rowid = ?').run(id);
        this.#database.prepare('DELETE FROM events WHERE call = ?').run(id);
        this.#database
          .prepare(
            `UPDATE calls SET card = json_set(card, '$.summary', NULL), review = json_set(review, '$.notes', json('[]'))
             WHERE id = ?`,
          )
          .run(id);
      }
      return ids.length;
    });
    if (forgotten > 0) await this.#wipeSoon();
    return forgotten;
  }

  tidy(): Promise<void> {
    return this.#owesWiping ? this.#wipe() : Promise.resolve();
  }

  beat(): Promise<void> {
    return this.#write(() => this.#sayHere());
  }

  release(): Promise<void> {
    return this.#write(() => {
      this.#database.prepare('DELETE FROM owners WHERE owner = ?').run(this.#options.owner);
    });
  }

  forget(gone: readonly OwnerSeen[]): Promise<void> {
    return this.#write(() => {
      const remove = this.#database.prepare('DELETE FROM owners WHERE owner = ? AND seen_ms = ?');
      for (const { owner, beat } of gone) remove.run(owner, Number(beat));
    });
  }

  owners(): Promise<readonly OwnerSeen[]> {
    return this.#read(() =>
      this.#database
        .prepare('SELECT owner, seen_ms, process FROM owners WHERE owner <> ?')
        .all(this.#options.owner)
        .map((row) => ({
          owner: String(row['owner']),
          beat: String(row['seen_ms']),
          process: String(row['process']),
        })),
    );
  }

  acquire({ callId, epoch }: Lease, opening: readonly Stamped[]): Promise<Lease | null> {
    return this.#write(() => {
      const row = this.#database
        .prepare(
          `UPDATE calls SET owner = ?, epoch = epoch + 1
           WHERE call_id = ? AND epoch = ? AND (end_reason IS NULL OR workings ->> '$.isUntold') RETURNING epoch`,
        )
        .get(this.#options.owner, callId, epoch);
      if (!row) return null;
      this.#sayHere();
      const lease = { callId, epoch: Number(row['epoch']) };
      this.#ready.merge(callId, openingOf(lease, opening));
      return lease;
    });
  }

  owns(callId: string): Promise<boolean> {
    return this.#read(() => {
      const row = this.#database.prepare('SELECT owner FROM calls WHERE call_id = ?').get(callId);
      return row?.['owner'] === this.#options.owner;
    });
  }

  lost(leases: readonly Lease[]): Promise<readonly Lease[]> {
    return this.#read(() => {
      const { owner } = this.#options;
      const call = this.#database.prepare('SELECT owner, epoch FROM calls WHERE call_id = ?');
      return leases.filter(({ callId, epoch }) => {
        const row = call.get(callId);
        return row && (row['owner'] !== owner || row['epoch'] !== epoch);
      });
    });
  }

  note(callId: string, fact: CallFact): Promise<void> {
    return this.#write(() => this.#ready.note(callId, fact));
  }

  orphans(present: readonly string[]): Promise<readonly LoggedCall[]> {
    const { owner } = this.#options;
    return this.#logged('owner <> ? AND end_reason IS NULL', present, owner);
  }

  untold(
    sinceWallMs: number,
    present: readonly string[],
    but: readonly string[],
  ): Promise<readonly LoggedCall[]> {
    return this.#logged(
      `started_ms >= ? AND end_reason IS NOT NULL AND workings ->> '$.isUntold'
       AND call_id NOT IN (SELECT value FROM json_each(?)) LIMIT ${TAKEN_UP_AT_ONCE}`,
      present,
      sinceWallMs,
      JSON.stringify(but),
    );
  }

  /** Calls of which this holds, and which are of none of these. */
  #logged(
    condition: string,
    present: readonly string[],
    ...values: readonly (number | string)[]
  ): Promise<readonly LoggedCall[]> {
    return this.#read(() =>
      this.#database
        .prepare(
          `SELECT ${LOGGED} FROM calls WHERE owner NOT IN (SELECT value FROM json_each(?)) AND ${condition}`,
        )
        .all(JSON.stringify(present), ...values)
        .map(loggedFrom),
    );
  }

  /** In one with what it does: nobody may find a call of this process, and nothing of the process itself. */
  #sayHere(): void {
    const { owner, process = '', wallMs } = this.#options;
    this.#database
      .prepare(
        `INSERT INTO owners (owner, seen_ms, process) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET seen_ms = max(excluded.seen_ms, seen_ms + 1), process = excluded.process`,
      )
      .run(owner, wallMs(), process);
  }

  get #ready(): Appender {
    this.#appender ??= new Appender(this.#database);
    return this.#appender;
  }

  /** Leaves everything in the one file, so that a copy of it is the whole log; unless somebody else has it open. */
  async close(): Promise<void> {
    if (!this.#database.isOpen) return;
    await this.tidy().catch(() => {}); // the next one to open it owes that as well
    await this.#read(() => this.#emptyJournal()).catch(() => {});
    await this.#read(() => this.#database.close());
  }

  /** At once, but for many deletions on end not for each: it costs as much as there is in the index. */
  async #wipeSoon(): Promise<void> {
    this.#owesWiping = true;
    if (this.#options.wallMs() - this.#wipedWallMs < WIPING_PAUSE_MS) return;
    await this.#wipe().catch(() => {}); // what was deleted is deleted; this is tried again
  }

  /**
   * What was deleted is overwritten in the database, but not in the search index before that is written together, and
   * not in the journal before that is copied back and emptied.
   */
  async #wipe(): Promise<void> {
    await this.#write(() => compactIndex(this.#database));
    this.#wipedWallMs = this.#options.wallMs();
    await this.#read(() => {
      this.#owesWiping = !this.#emptyJournal();
    });
  }

  /** False: somebody is reading what stands there. */
  #emptyJournal(): boolean {
    return this.#database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.['busy'] === 0;
  }

  async #read<T>(read: () => T): Promise<T> {
    try {
      return read();
    } catch (error) {
      throw sqliteTrouble(error);
    }
  }

  #write<T>(write: () => T): Promise<T> {
    return this.#read(() => {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK'); // it failed the last time
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        const result = write();
        this.#database.exec('COMMIT');
        return result;
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
        throw error;
      }
    });
  }
}

function readCard(row: Record<string, SQLOutputValue>): CallCard {
  const card: DerivedCard = JSON.parse(String(row['card']));
  const review: Review = JSON.parse(String(row['review']));
  return cardFrom(card, review);
}

const LOGGED = `call_id, epoch, started_ms, workings ->> '$.lastAtMs' AS at`;

function loggedFrom(row: Record<string, SQLOutputValue>): LoggedCall {
  return {
    callId: String(row['call_id']),
    startedWallMs: Number(row['started_ms']),
    epoch: Number(row['epoch']),
    lastAtMs: Number(row['at']),
  };
}

/** The expressions are those of an index, to the letter. */
const DAY_SHARES = `
  SELECT CAST(started_ms / ${DAY_MS} AS INTEGER) AS day, end_reason, count(*) AS calls, sum(duration_ms) AS duration_ms,
    coalesce(sum(cost), 0) AS cost, sum(workings ->> '$.toolCalls') AS tool_calls, sum(tool_failures) AS tool_failures,
    '[' || group_concat(workings -> '$.latencies') || ']' AS latencies
  FROM calls`;

function shareFrom(row: Record<string, SQLOutputValue>): DayShare {
  const latencies: readonly (readonly number[])[] = JSON.parse(String(row['latencies']));
  return {
    day: Number(row['day']),
    endReason: END_REASONS.find((reason) => reason === row['end_reason']) ?? null,
    calls: Number(row['calls']),
    durationMs: Number(row['duration_ms']),
    cost: Number(row['cost']),
    toolCalls: Number(row['tool_calls']),
    toolFailures: Number(row['tool_failures']),
    latencies: latencies.flat(),
  };
}

const WIPING_PAUSE_MS = 2_000;
