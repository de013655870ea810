import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { CallEvent } from '../../ports/facts.ts';
import { EPOCH_SPAN, epochOf } from '../../ports/journal.ts';
import { type Review, reviewed } from '../shared/review.ts';
import { wordsSaid } from '../shared/search.ts';
import { fromKept, toKept } from '../shared/upcast.ts';
import { Appender } from './append.ts';
import { inTransaction, openForWriting } from './open.ts';
import { OWNED_VERSION } from './schema.ts';
import { SearchIndex } from './search.ts';
import { eraseSetAside } from './set-aside.ts';
import { BUSY_MS, numberOf } from './soundness.ts';
import { sqliteTrouble } from './trouble.ts';

/** A call as it stands in a log that may be damaged. */
interface SalvagedCall {
  readonly callId: string;
  readonly owner: string;
  readonly epoch: number;
  /** Both as JSON. */
  readonly card: string;
  readonly workings: string;
  readonly review: Review;
  readonly events: readonly CallEvent[];
  /** Nothing of it was unreadable. */
  readonly isWhole: boolean;
}

/** Reads the calls of a log one by one, each as far as it can be read; null is one of which nothing can. */
function* salvagedCalls(database: DatabaseSync): Generator<SalvagedCall | null> {
  const reader = new Salvage(database);
  for (const id of idsIn(database)) {
    const call = reader.read(id);
    if (call !== undefined) yield call;
  }
}

class Salvage {
  readonly #call: StatementSync;
  readonly #events: StatementSync;
  readonly #event: StatementSync;

  constructor(database: DatabaseSync) {
    const owner =
      numberOf(database, 'user_version') < OWNED_VERSION ? 'keeper AS owner, 0 AS epoch' : 'owner, epoch';
    this.#call = database.prepare(`SELECT call_id, ${owner}, card, workings, review FROM calls WHERE id = ?`);
    // Logs of earlier versions do not say which version their events are of.
    this.#events = database.prepare('SELECT * FROM events WHERE call = ? ORDER BY seq');
    this.#event = database.prepare('SELECT * FROM events WHERE call = ? AND seq = ?');
  }

  /** Undefined: there is no such call. */
  read(id: number): SalvagedCall | null | undefined {
    try {
      const row = this.#call.get(id);
      if (!row) return undefined;
      const card = String(row['card']);
      const workings = String(row['workings']);
      JSON.parse(card); // throws where it is garbled
      const { lastSeq }: { lastSeq: number } = JSON.parse(workings);
      const review: Review = JSON.parse(String(row['review']));
      const events = this.#eventsOf(id, lastSeq);
      return {
        callId: String(row['call_id']),
        owner: String(row['owner']),
        epoch: Number(row['epoch']),
        card,
        workings,
        review,
        ...events,
      };
    } catch {
      return null;
    }
  }

  #eventsOf(id: number, lastSeq: number): Pick<SalvagedCall, 'events' | 'isWhole'> {
    try {
      const rows = this.#events.all(id);
      return { events: rows.map(fromKept), isWhole: true };
    } catch {
      return { events: this.#eachEventOf(id, lastSeq), isWhole: false };
    }
  }

  #eachEventOf(id: number, lastSeq: number): readonly CallEvent[] {
    return numbersTo(lastSeq).flatMap((seq) => {
      try {
        const row = this.#event.get(id, seq);
        return row ? fromKept(row) : [];
      } catch {
        return [];
      }
    });
  }
}

/** Every number there may be, of each owner that the call has had. */
function numbersTo(lastSeq: number): readonly number[] {
  return Array.from({ length: epochOf(lastSeq) + 1 }, (_, epoch) => {
    const first = epoch * EPOCH_SPAN;
    return Array.from({ length: Math.min(MOST_IN_EPOCH, lastSeq - first) }, (_, n) => first + n + 1);
  }).flat();
}

/** All of them; or, where they cannot be listed, every number that may be one. */
function idsIn(database: DatabaseSync): readonly number[] {
  try {
    const rows = database.prepare('SELECT id FROM calls NOT INDEXED ORDER BY id').all();
    return rows.map(({ id }) => Number(id));
  } catch {
    return Array.from({ length: highestId(database) }, (_, n) => n + 1);
  }
}

function highestId(database: DatabaseSync): number {
  for (const question of ['max(id) AS id FROM calls', 'max(call) AS id FROM events']) {
    try {
      return Math.min(MOST_TRIED, Number(database.prepare(`SELECT ${question}`).get()?.['id'] ?? 0));
    } catch {
      // the other one may know
    }
  }
  return MOST_TRIED;
}

/** Each one that is not there takes some microseconds. */
const MOST_TRIED = 1_000_000;

/** The longest calls have some ten thousand events. */
const MOST_IN_EPOCH = 50_000;

/** What can be read in a log that was set aside. */
export interface Readable {
  readonly calls: number;
  /** Calls of which something, or all, cannot be read. */
  readonly damaged: number;
}

/** How many calls can be read there; none where it is no database any more. Nothing is touched. */
export function callsIn(path: string): Readable {
  try {
    return reading(path, () => {});
  } catch (error) {
    const trouble = sqliteTrouble(error);
    if (trouble.reason === 'store_corrupt') return { calls: 0, damaged: 0 };
    throw trouble;
  }
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
