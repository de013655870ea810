import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { AFTERWARDS, type CallEvent, type CallFact } from '../../ports/facts.ts';
import { type Appended, inEpoch, type Lease } from '../../ports/journal.ts';
import type { StoredEvent } from '../../ports/store.ts';
import type { CardDraft } from '../../reading/card.ts';
import { mayAppend } from '../shared/fence.ts';
import { areAfterwards, foldAgain, foldOn, type Portion, portionsOf } from '../shared/fold.ts';
import { NOT_REVIEWED } from '../shared/review.ts';
import { wordsSaid } from '../shared/search.ts';
import { numbersTakenTwice } from '../shared/trouble.ts';
import { fromKept, toKept } from '../shared/upcast.ts';
import { SearchIndex } from './search.ts';

/** Adds events to calls. Its statements are prepared once: preparing them costs more than what they do. */
export class Appender {
  readonly #statements: Statements;
  readonly #index: SearchIndex;

  constructor(database: DatabaseSync) {
    this.#statements = {
      call: database.prepare('SELECT id, owner, epoch, card, workings FROM calls WHERE call_id = ?'),
      addCall: database.prepare(
        `INSERT INTO calls (call_id, owner, epoch, card, workings, review) VALUES (?, ?, ?, '{}', '{}', ?)`,
      ),
      setOwner: database.prepare('UPDATE calls SET owner = ?, epoch = ? WHERE id = ? AND epoch = ?'),
      addEvent: database.prepare(
        'INSERT OR IGNORE INTO events (call, seq, event, version) VALUES (?, ?, ?, ?)',
      ),
      event: database.prepare('SELECT event FROM events WHERE call = ? AND seq = ?'),
      events: database.prepare('SELECT event, version FROM events WHERE call = ? ORDER BY seq'),
      setCard: database.prepare('UPDATE calls SET card = ?, workings = ? WHERE id = ?'),
    };
    this.#index = new SearchIndex(database);
  }

  /** What this process has to say, as far as the journals are its own. `begun`: told when one has become so. */
  append(owner: string, batch: readonly StoredEvent[], begun: () => void): Appended {
    const fenced: Lease[] = [];
    const moved: Appended['moved'][number][] = [];
    for (const portion of portionsOf(batch)) {
      const { callId, epoch } = portion;
      const outcome = this.#append(owner, portion, begun);
      if (outcome === 'fenced') fenced.push({ callId, epoch });
      else if (outcome !== epoch) moved.push({ from: { callId, epoch }, epoch: outcome });
    }
    return { fenced, moved };
  }

  /** Adds what is not there yet, whoever owns the call; what has the number of another event is not taken. */
  merge(callId: string, events: readonly CallEvent[]): void {
    const row = this.#row(callId);
    const isThere = ({ seq }: CallEvent) => row && this.#statements.event.get(row.id, seq) !== undefined;
    if (row)
      this.#add(
        row,
        callId,
        events.filter((event) => !isThere(event)),
      );
  }

  /** Numbered behind all there is. */
  note(callId: string, fact: CallFact): void {
    const row = this.#row(callId);
    if (!row?.draft) return;
    const { lastSeq, lastAtMs: atMs } = row.draft.workings;
    this.#add(row, callId, [{ ...fact, seq: lastSeq + AFTERWARDS, atMs }]);
  }

  #append(owner: string, { callId, epoch, events }: Portion, begun: () => void): number | 'fenced' {
    const row = this.#row(callId);
    if (!row) {
      if (areAfterwards(events)) return epoch; // it was deleted
      const { lastInsertRowid } = this.#statements.addCall.run(
        callId,
        owner,
        epoch,
        JSON.stringify(NOT_REVIEWED),
      );
      begun();
      this.#add({ id: Number(lastInsertRowid), draft: null }, callId, events);
      return epoch;
    }
    const owned = { owner: row.owner, epoch: row.epoch, card: row.draft?.card ?? null };
    const verdict = mayAppend(owned, owner, epoch, events);
    if (verdict.outcome === 'fenced') return 'fenced';
    if (verdict.outcome === 'acquire') {
      this.#statements.setOwner.run(owner, verdict.epoch, row.id, row.epoch);
      begun();
    }
    const numbered = events.map((event) => inEpoch(event, verdict.epoch));
    this.#add(row, callId, numbered);
    return verdict.epoch;
  }

  #row(callId: string) {
    const row = this.#statements.call.get(callId);
    if (!row) return null;
    const card = JSON.parse(String(row['card']));
    const draft: CardDraft | null =
      'callId' in card ? { card, workings: JSON.parse(String(row['workings'])) } : null;
    return { id: Number(row['id']), owner: String(row['owner']), epoch: Number(row['epoch']), draft };
  }

  #add(
    { id, draft: known }: { readonly id: number; readonly draft: CardDraft | null },
    callId: string,
    events: readonly CallEvent[],
  ): void {
    const { addEvent, setCard } = this.#statements;
    const fresh = events.filter((event) => {
      const kept = toKept(event);
      if (addEvent.run(id, event.seq, kept.event, kept.version).changes > 0) return true;
      if (this.#statements.event.get(id, event.seq)?.['event'] !== kept.event) throw numbersTakenTwice();
      return false;
    });
    if (fresh.length === 0) return;
    const draft = foldOn(known, callId, fresh) ?? foldAgain(known, callId, fresh, this.#allEvents(id));
    setCard.run(JSON.stringify(draft?.card), JSON.stringify(draft?.workings), id);
    this.#index.add(id, fresh.flatMap(wordsSaid));
  }

  #allEvents(id: number): readonly CallEvent[] {
    return this.#statements.events.all(id).map(fromKept);
  }
}

type Statements = Readonly<
  Record<'call' | 'addCall' | 'setOwner' | 'addEvent' | 'event' | 'events' | 'setCard', StatementSync>
>;
