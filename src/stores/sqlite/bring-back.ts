import { DatabaseSync } from 'node:sqlite';
import { toKept } from '../shared/kept-event.ts';
import { type Review, reviewed } from '../shared/review.ts';
import { wordsSaid } from '../shared/said.ts';
import { Appender } from './append.ts';
import { inTransaction, openForWriting } from './open.ts';
import { type SalvagedCall, salvagedCalls } from './salvage.ts';
import { SearchIndex } from './search-index.ts';
import { eraseSetAside } from './set-aside.ts';
import { BUSY_MS } from './soundness.ts';
import { sqliteTrouble } from './trouble.ts';

/** What can be read in a log that was set aside. */
export interface Readable {
  readonly calls: number;
  /** Calls of which something, or all, cannot be read. */
  readonly damaged: number;
}

/** How many calls can be read there. Nothing is touched. */
export function callsIn(path: string): Readable {
  return reading(path, () => {});
}

/**
 * Puts the calls of a log that was set aside into the log of this directory, also while that is being used. A call
 * that is in both gets from each what the other has not; done twice, it changes nothing. If everything could be read
 * the file is erased, for nobody's words are to lie where nobody looks.
 */
export function bringBack(path: string, directory: string, wallMs: number): Readable {
  const { database } = openForWriting(directory, { durability: 'strict', wallMs });
  try {
    database.exec(`PRAGMA busy_timeout = ${PATIENCE_MS}`);
    const done = reading(path, (call) => inTransaction(database, () => put(database, call)));
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    if (done.damaged === 0) eraseSetAside(path);
    return done;
  } catch (error) {
    throw sqliteTrouble(error);
  } finally {
    database.close();
  }
}

function reading(path: string, take: (call: SalvagedCall) => void): Readable {
  const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
  try {
    let calls = 0;
    let damaged = 0;
    for (const call of salvagedCalls(database)) {
      if (!call?.isWhole) damaged++;
      if (call === null) continue;
      take(call);
      calls++;
    }
    return { calls, damaged };
  } finally {
    database.close();
  }
}

function put(
  database: DatabaseSync,
  { callId, owner, epoch, card, workings, review, events }: SalvagedCall,
): void {
  const there = database
    .prepare(
      `SELECT id, review, EXISTS (SELECT 1 FROM events WHERE call = calls.id) AS has_words
       FROM calls WHERE call_id = ?`,
    )
    .get(callId);
  if (there) {
    // It stays with the process that has it; and what was forgotten of it in the meantime stays forgotten.
    if (there['has_words'] === 1) new Appender(database).merge(callId, events);
    const both = united(JSON.parse(String(there['review'])), review);
    database
      .prepare('UPDATE calls SET review = ? WHERE id = ?')
      .run(JSON.stringify(both), Number(there['id']));
    return;
  }
  const { lastInsertRowid } = database
    .prepare('INSERT INTO calls (call_id, owner, epoch, card, workings, review) VALUES (?, ?, ?, ?, ?, ?)')
    .run(callId, owner, epoch, card, workings, JSON.stringify(review));
  const id = Number(lastInsertRowid);
  const addEvent = database.prepare('INSERT INTO events (call, seq, event, version) VALUES (?, ?, ?, ?)');
  for (const event of events) {
    const kept = toKept(event);
    addEvent.run(id, event.seq, kept.event, kept.version);
  }
  new SearchIndex(database).add(id, events.flatMap(wordsSaid));
}

function united(one: Review, other: Review): Review {
  let both: Review = { ...one, isReviewed: one.isReviewed || other.isReviewed };
  for (const tag of other.tags) both = reviewed(both, { type: 'tag', tag });
  const known = new Set(one.notes.map(({ noteId }) => noteId));
  for (const note of other.notes) if (!known.has(note.noteId)) both = reviewed(both, { type: 'note', note });
  return both;
}

/** Somebody else may be bringing back as well, or sweeping. */
const PATIENCE_MS = 10_000;
