import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { CallEvent } from '../../ports/facts.ts';
import { EPOCH_SPAN, epochOf } from '../../ports/journal.ts';
import { fromKept } from '../shared/kept-event.ts';
import type { Review } from '../shared/review.ts';
import { OWNED_VERSION } from './schema.ts';
import { numberOf } from './soundness.ts';

/** A call as it stands in a log that may be damaged. */
export interface SalvagedCall {
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
export function* salvagedCalls(database: DatabaseSync): Generator<SalvagedCall | null> {
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
