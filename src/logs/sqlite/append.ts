import type { DatabaseSync } from 'node:sqlite';
import type { CallEvent } from '../../ports/call-log.ts';
import { type CardDraft, cardOfAll } from '../derive/card.ts';
import { foldOn } from '../keeping/fold.ts';
import { NOT_REVIEWED } from '../keeping/review.ts';
import { wordsSaid } from '../keeping/said.ts';

/** Adds the events of one call that are not there yet, and brings its card and its words up to date. */
export function appendCall(
  database: DatabaseSync,
  keeper: string,
  callId: string,
  events: readonly CallEvent[],
): void {
  const row = database.prepare('SELECT id, card, workings FROM calls WHERE call_id = ?').get(callId);
  const known: CardDraft | null = row
    ? { card: JSON.parse(String(row['card'])), workings: JSON.parse(String(row['workings'])) }
    : null;
  const id = row ? Number(row['id']) : firstRow(database, keeper, callId);
  const insert = database.prepare('INSERT OR IGNORE INTO events (call, seq, event) VALUES (?, ?, ?)');
  const fresh = events.filter((event) => insert.run(id, event.seq, JSON.stringify(event)).changes > 0);
  if (fresh.length === 0) return;

  const draft = foldOn(known, callId, fresh) ?? cardOfAll(callId, allEvents(database, id));
  database
    .prepare('UPDATE calls SET keeper = ?, card = ?, workings = ? WHERE id = ?')
    .run(keeper, JSON.stringify(draft?.card), JSON.stringify(draft?.workings), id);
  addWords(database, id, fresh.flatMap(wordsSaid));
}

/** The row there has to be before there can be events of it. */
function firstRow(database: DatabaseSync, keeper: string, callId: string): number {
  const { lastInsertRowid } = database
    .prepare(`INSERT INTO calls (call_id, keeper, card, workings, review) VALUES (?, ?, '{}', '{}', ?)`)
    .run(callId, keeper, JSON.stringify(NOT_REVIEWED));
  return Number(lastInsertRowid);
}

function allEvents(database: DatabaseSync, id: number): readonly CallEvent[] {
  return database
    .prepare('SELECT event FROM events WHERE call = ? ORDER BY seq')
    .all(id)
    .map(({ event }): CallEvent => JSON.parse(String(event)));
}

function addWords(database: DatabaseSync, id: number, words: readonly string[]): void {
  if (words.length === 0) return;
  const before = database.prepare('SELECT words FROM said WHERE rowid = ?').get(id)?.['words'];
  const all = before === undefined ? words.join(' ') : `${before} ${words.join(' ')}`;
  database
    .prepare('INSERT OR REPLACE INTO said (rowid, words) VALUES (?, ?)')
    .run(id, all.slice(0, MOST_INDEXED_CHARS));
}

/** Ten hours of talk. */
const MOST_INDEXED_CHARS = 500_000;
