import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { CallEvent } from '../../ports/facts.ts';
import type { CardDraft } from '../../reading/card.ts';
import { areAfterwards, foldAgain, foldOn } from '../shared/fold.ts';
import { fromKept, toKept } from '../shared/kept-event.ts';
import { NOT_REVIEWED } from '../shared/review.ts';
import { wordsSaid } from '../shared/said.ts';
import { SearchIndex } from './search-index.ts';

/** Adds events to calls. Its statements are prepared once: preparing them costs more than what they do. */
export class Appender {
  readonly #owner: string;
  readonly #call: StatementSync;
  readonly #addCall: StatementSync;
  readonly #addEvent: StatementSync;
  readonly #events: StatementSync;
  readonly #setCard: StatementSync;
  readonly #index: SearchIndex;

  constructor(database: DatabaseSync, owner: string) {
    this.#owner = owner;
    this.#call = database.prepare('SELECT id, card, workings FROM calls WHERE call_id = ?');
    this.#addCall = database.prepare(
      `INSERT INTO calls (call_id, owner, card, workings, review) VALUES (?, ?, '{}', '{}', ?)`,
    );
    this.#addEvent = database.prepare(
      'INSERT OR IGNORE INTO events (call, seq, event, version) VALUES (?, ?, ?, ?)',
    );
    this.#events = database.prepare('SELECT event, version FROM events WHERE call = ? ORDER BY seq');
    this.#setCard = database.prepare('UPDATE calls SET owner = ?, card = ?, workings = ? WHERE id = ?');
    this.#index = new SearchIndex(database);
  }

  /** Adds the events of one call that are not there yet, and brings its card and its words up to date. */
  append(callId: string, events: readonly CallEvent[]): void {
    const row = this.#call.get(callId);
    if (!row && areAfterwards(events)) return;
    const known: CardDraft | null = row
      ? { card: JSON.parse(String(row['card'])), workings: JSON.parse(String(row['workings'])) }
      : null;
    const id = row ? Number(row['id']) : this.#firstRow(callId);
    const fresh = events.filter((event) => this.#isNew(id, event));
    if (fresh.length === 0) return;

    const draft = foldOn(known, callId, fresh) ?? foldAgain(known, callId, fresh, this.#allEvents(id));
    this.#setCard.run(this.#owner, JSON.stringify(draft?.card), JSON.stringify(draft?.workings), id);
    this.#index.add(id, fresh.flatMap(wordsSaid));
  }

  /** The row there has to be before there can be events of it. */
  #firstRow(callId: string): number {
    const { lastInsertRowid } = this.#addCall.run(callId, this.#owner, JSON.stringify(NOT_REVIEWED));
    return Number(lastInsertRowid);
  }

  #isNew(id: number, event: CallEvent): boolean {
    const kept = toKept(event);
    return this.#addEvent.run(id, event.seq, kept.event, kept.version).changes > 0;
  }

  #allEvents(id: number): readonly CallEvent[] {
    return this.#events.all(id).map(fromKept);
  }
}
