import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { CallEvent } from '../../ports/call-log.ts';
import type {
  CallCard,
  CallPage,
  CallQuery,
  DayFigures,
  ReviewChange,
  StoredEvent,
} from '../../ports/call-store.ts';
import type { CardDraft, DerivedCard, Workings } from '../derive/card.ts';
import { DailySums } from '../derive/figures.ts';
import { conditionsOf, limitOf } from '../keeping/conditions.ts';
import { byCall } from '../keeping/fold.ts';
import { FORGOTTEN_AT_ONCE, type KeptStore, type Orphan } from '../keeping/kept-store.ts';
import { eachByPages, pageOf } from '../keeping/page.ts';
import { type Review, reviewed } from '../keeping/review.ts';
import { appendCall } from './append.ts';
import { sqliteTrouble } from './trouble.ts';
import { whereOf } from './where.ts';

export interface SqliteStoreOptions {
  /** The name of this process among those that keep calls here. */
  readonly keeper: string;
  readonly wallMs: () => number;
}

/**
 * Calls in one SQLite file. Everything it does is done when its promise is returned: it is meant for a thread that
 * has nothing more urgent to do.
 */
export class SqliteStore implements KeptStore {
  readonly #database: DatabaseSync;
  readonly #options: SqliteStoreOptions;
  /** Something was deleted whose traces are still in the journal, because somebody was reading. */
  #owesCheckpoint = false;

  constructor(database: DatabaseSync, options: SqliteStoreOptions) {
    this.#database = database;
    this.#options = options;
  }

  append(batch: readonly StoredEvent[]): Promise<void> {
    return this.#write(() => {
      for (const [callId, events] of byCall(batch)) {
        appendCall(this.#database, this.#options.keeper, callId, events);
      }
    });
  }

  list(query: CallQuery): Promise<CallPage> {
    return this.#read(() => {
      const { sql, values } = whereOf(conditionsOf(query));
      const rows = this.#database
        .prepare(
          `SELECT card, review FROM calls ${sql} ORDER BY started_ms DESC, call_id DESC LIMIT ${limitOf(query) + 1}`,
        )
        .all(...values);
      return pageOf(rows.map(cardFrom), query);
    });
  }

  each(query: CallQuery): AsyncIterable<CallCard> {
    return eachByPages((page) => this.list(page), query);
  }

  card(callId: string): Promise<CallCard | null> {
    return this.#read(() => {
      const row = this.#database.prepare('SELECT card, review FROM calls WHERE call_id = ?').get(callId);
      return row ? cardFrom(row) : null;
    });
  }

  events(callId: string): Promise<readonly CallEvent[]> {
    return this.#read(() =>
      this.#database
        .prepare(
          'SELECT event FROM events WHERE call = (SELECT id FROM calls WHERE call_id = ?) ORDER BY seq',
        )
        .all(callId)
        .map(({ event }): CallEvent => JSON.parse(String(event))),
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
      const sums = new DailySums();
      for (const row of this.#database
        .prepare(`SELECT card, workings FROM calls ${sql}`)
        .iterate(...values)) {
        sums.add(draftFrom(row));
      }
      return sums.figures();
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
    if (wasThere) this.#wipeJournal();
    return wasThere;
  }

  expired(beforeWallMs: number): Promise<readonly string[]> {
    return this.#read(() =>
      this.#database
        .prepare('SELECT call_id FROM calls WHERE started_ms < ? ORDER BY started_ms')
        .all(beforeWallMs)
        .map((row) => String(row['call_id'])),
    );
  }

  async forgetWords(beforeWallMs: number): Promise<number> {
    const forgotten = await this.#write(() => {
      const ids = this.#database
        .prepare(
          `SELECT id FROM calls WHERE started_ms < ? AND EXISTS (SELECT 1 FROM events WHERE call = calls.id)
           LIMIT ${FORGOTTEN_AT_ONCE}`,
        )
        .all(beforeWallMs)
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
    if (forgotten > 0) this.#wipeJournal();
    return forgotten;
  }

  tidy(): Promise<void> {
    return this.#read(() => {
      if (this.#owesCheckpoint) this.#wipeJournal();
    });
  }

  async beat(): Promise<void> {
    const { keeper, wallMs } = this.#options;
    await this.#write(() => {
      this.#database.prepare('INSERT OR REPLACE INTO keepers VALUES (?, ?)').run(keeper, wallMs());
      this.#database.prepare('DELETE FROM keepers WHERE seen_ms < ?').run(wallMs() - FORGOTTEN_MS);
    });
  }

  orphans(): Promise<readonly Orphan[]> {
    const { keeper, wallMs } = this.#options;
    return this.#read(() =>
      this.#database
        .prepare(
          `SELECT call_id, workings ->> '$.lastSeq' AS seq, workings ->> '$.lastAtMs' AS at FROM calls
           WHERE end_reason IS NULL AND keeper <> ?
           AND keeper NOT IN (SELECT keeper FROM keepers WHERE seen_ms > ?)`,
        )
        .all(keeper, wallMs() - GONE_MS)
        .map((row) => ({
          callId: String(row['call_id']),
          lastSeq: Number(row['seq']),
          lastAtMs: Number(row['at']),
        })),
    );
  }

  close(): Promise<void> {
    return this.#read(() => {
      if (this.#database.isOpen) this.#database.close();
    });
  }

  /** What was deleted is overwritten in the database, but not in the journal before it is copied back and emptied. */
  #wipeJournal(): void {
    const result = this.#database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
    this.#owesCheckpoint = result?.['busy'] !== 0;
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

function cardFrom(row: Record<string, SQLOutputValue>): CallCard {
  const card: DerivedCard = JSON.parse(String(row['card']));
  const review: Review = JSON.parse(String(row['review']));
  return { ...card, ...review };
}

function draftFrom(row: Record<string, SQLOutputValue>): CardDraft {
  const card: DerivedCard = JSON.parse(String(row['card']));
  const workings: Workings = JSON.parse(String(row['workings']));
  return { card, workings };
}

/** A process with live calls says every second that it is there. */
const GONE_MS = 4_000;
const FORGOTTEN_MS = 24 * 60 * 60_000;
