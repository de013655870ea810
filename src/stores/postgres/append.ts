import { AFTERWARDS, type CallEvent, type CallFact } from '../../ports/facts.ts';
import { type Appended, inEpoch, type Lease } from '../../ports/journal.ts';
import type { StoredEvent } from '../../ports/store.ts';
import type { CardDraft } from '../../reading/card.ts';
import { mayAppend } from '../shared/fence.ts';
import { areAfterwards, foldAgain, foldOn, type Portion, portionsOf } from '../shared/fold.ts';
import { NOT_REVIEWED } from '../shared/review.ts';
import { wordsSaid } from '../shared/search.ts';
import { numbersTakenTwice } from '../shared/trouble.ts';
import { fromKept, type KeptEvent, toKept } from '../shared/upcast.ts';
import { type Ask, cleanJson, cleanText } from './database.ts';

/**
 * Adds what is not there yet of a batch, as far as the journals are this process's own, and brings cards and words up
 * to date. To be called in a transaction.
 */
export async function appendBatch(
  ask: Ask,
  self: OwnProcess,
  batch: readonly StoredEvent[],
): Promise<Appended> {
  const fenced: Lease[] = [];
  const moved: Appended['moved'][number][] = [];
  let left = portionsOf(batch.map(({ callId, event }) => ({ callId: cleanText(callId), event })));
  while (left.length > 0) {
    const now = new Map(left.map((portion) => [portion.callId, portion] as const).reverse()); // of each call the first
    const numbered = await numberedFor(ask, self, [...now.values()], fenced, moved);
    await addEvents(ask, numbered);
    left = left.filter((portion) => now.get(portion.callId) !== portion);
  }
  return { fenced, moved };
}

/** Adds these to a call that is there, whoever owns it. To be called in a transaction. */
export async function addTo(ask: Ask, callId: string, events: readonly CallEvent[]): Promise<void> {
  const call = (await lockedCalls(ask, [callId])).get(callId);
  if (call && events.length > 0) await addEvents(ask, [{ callId, draft: call.draft, events }]);
}

/** Notes something behind all there is, whoever owns the call. To be called in a transaction. */
export async function noteBehind(ask: Ask, callId: string, fact: CallFact): Promise<void> {
  const call = (await lockedCalls(ask, [callId])).get(callId);
  if (!call?.draft) return;
  const { lastSeq, lastAtMs: atMs } = call.draft.workings;
  await addEvents(ask, [
    { callId, draft: call.draft, events: [{ ...fact, seq: lastSeq + AFTERWARDS, atMs }] },
  ]);
}

/** What is to be taken, with the numbers that it has in its journal. */
interface Numbered {
  readonly callId: string;
  readonly draft: CardDraft | null;
  readonly events: readonly CallEvent[];
}

async function numberedFor(
  ask: Ask,
  self: OwnProcess,
  portions: readonly Portion[],
  fenced: Lease[],
  moved: Appended['moved'][number][],
): Promise<readonly Numbered[]> {
  const hasBegun = await beginCalls(ask, self, portions);
  const calls = await lockedCalls(
    ask,
    portions.map(({ callId }) => callId),
  );
  let isNew = hasBegun;
  const numbered: Numbered[] = [];
  for (const { callId, epoch, events } of portions) {
    const call = calls.get(callId);
    if (!call) continue; // it was deleted
    const { owner, draft } = call;
    const verdict = mayAppend(
      { owner, epoch: call.epoch, card: draft?.card ?? null },
      self.owner,
      epoch,
      events,
    );
    if (verdict.outcome === 'fenced') {
      fenced.push({ callId, epoch });
      continue;
    }
    if (verdict.outcome === 'acquire') {
      await ask('UPDATE ringdown_calls SET owner = $1, epoch = $2 WHERE call_id = $3 AND epoch = $4', [
        self.owner,
        verdict.epoch,
        callId,
        call.epoch,
      ]);
      isNew = true;
    }
    if (verdict.epoch !== epoch) moved.push({ from: { callId, epoch }, epoch: verdict.epoch });
    numbered.push({ callId, draft, events: events.map((event) => inEpoch(event, verdict.epoch)) });
  }
  if (isNew) await sayHere(ask, self); // nobody may find a call of this process, and nothing of the process itself
  return numbered;
}

async function addEvents(ask: Ask, calls: readonly Numbered[]): Promise<void> {
  const isFresh = await insertEvents(ask, calls);
  const changes: Change[] = [];
  for (const { callId, draft: before, events } of calls) {
    const fresh = events.filter(({ seq }) => isFresh.has(keyOf(callId, seq)));
    if (fresh.length < events.length) await expectTheSame(ask, callId, events);
    if (fresh.length === 0) continue;
    const draft =
      foldOn(before, callId, fresh) ?? foldAgain(before, callId, fresh, await eventsOf(ask, callId));
    changes.push({ callId, draft, words: fresh.flatMap(wordsSaid) });
  }
  if (changes.length > 0) await updateCalls(ask, changes);
}

/** What was there already has to be what was given again. */
async function expectTheSame(ask: Ask, callId: string, events: readonly CallEvent[]): Promise<void> {
  const rows = await ask<{ seq: number; event: string }>(
    'SELECT seq, event FROM ringdown_events WHERE call_id = $1 AND seq = ANY ($2::integer[])',
    [callId, events.map(({ seq }) => seq)],
  );
  const there = new Map(rows.map(({ seq, event }) => [seq, event]));
  if (events.some((event) => there.get(event.seq) !== toKept(event).event)) throw numbersTakenTwice();
}

/** By the server's clock: those of the nodes differ. */
export async function sayHere(ask: Ask, { owner, process = '' }: OwnProcess): Promise<void> {
  await ask(
    `INSERT INTO ringdown_owners (owner, seen_at, process) VALUES ($1, clock_timestamp(), $2)
     ON CONFLICT (owner) DO UPDATE SET seen_at = excluded.seen_at, process = excluded.process`,
    [owner, process],
  );
}

/** This process among those that keep calls here. */
export interface OwnProcess {
  readonly owner: string;
  /** Which one of which machine it is, where that can be said. */
  readonly process?: string;
}

export async function eventsOf(ask: Ask, callId: string): Promise<readonly CallEvent[]> {
  const rows = await ask<KeptEvent & Record<string, unknown>>(
    'SELECT event, version FROM ringdown_events WHERE call_id = $1 ORDER BY seq',
    [callId],
  );
  return rows.map(fromKept);
}

interface Change {
  readonly callId: string;
  readonly draft: CardDraft | null;
  readonly words: readonly string[];
}

/** Makes rows for calls that are new; says whether there were any. */
async function beginCalls(ask: Ask, { owner }: OwnProcess, portions: readonly Portion[]): Promise<boolean> {
  const begin = portions.filter(({ events }) => !areAfterwards(events));
  const rows = await ask(
    `INSERT INTO ringdown_calls (call_id, owner, epoch, card, review, workings)
     SELECT call_id, $3, epoch, '{}', $4::jsonb, '{}' FROM unnest($1::text[], $2::integer[]) AS given (call_id, epoch)
     ORDER BY call_id ON CONFLICT DO NOTHING RETURNING 1`,
    [begin.map(({ callId }) => callId), begin.map(({ epoch }) => epoch), owner, cleanJson(NOT_REVIEWED)],
  );
  return rows.length > 0;
}

interface LockedCall {
  readonly owner: string;
  readonly epoch: number;
  /** Null for a call that is new. */
  readonly draft: CardDraft | null;
}

/**
 * None for a call that was deleted. Always in the same order: two nodes that meet at the same calls wait for each
 * other, and not in a ring.
 */
async function lockedCalls(ask: Ask, callIds: readonly string[]): Promise<ReadonlyMap<string, LockedCall>> {
  const rows = await ask<CardDraft & { call_id: string; owner: string; epoch: number }>(
    `SELECT call_id, owner, epoch, card, workings FROM ringdown_calls
     WHERE call_id = ANY ($1::text[]) ORDER BY call_id FOR UPDATE`,
    [callIds],
  );
  return new Map(
    rows.map(({ call_id, owner, epoch, card, workings }) => [
      call_id,
      { owner, epoch, draft: 'callId' in card ? { card, workings } : null },
    ]),
  );
}

async function insertEvents(ask: Ask, calls: readonly Numbered[]): Promise<ReadonlySet<string>> {
  const rows = calls.flatMap(({ callId, events }) =>
    events.map((event) => ({ callId, seq: event.seq, ...toKept(event) })),
  );
  const inserted = await ask<{ call_id: string; seq: number }>(
    `INSERT INTO ringdown_events (call_id, seq, event, version)
     SELECT * FROM unnest($1::text[], $2::integer[], $3::text[], $4::smallint[])
     ON CONFLICT DO NOTHING RETURNING call_id, seq`,
    [
      rows.map(({ callId }) => callId),
      rows.map(({ seq }) => seq),
      rows.map(({ event }) => event),
      rows.map(({ version }) => version),
    ],
  );
  return new Set(inserted.map(({ call_id, seq }) => keyOf(call_id, seq)));
}

async function updateCalls(ask: Ask, changes: readonly Change[]): Promise<void> {
  await ask(
    `UPDATE ringdown_calls AS calls SET
       card = given.card::jsonb,
       workings = given.workings::jsonb,
       said = CASE WHEN pg_column_size(said) > ${MOST_INDEXED_BYTES} THEN said
         ELSE said || array_to_tsvector(string_to_array(given.words, ' ')) END
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS given (call_id, card, workings, words)
     WHERE calls.call_id = given.call_id`,
    [
      changes.map(({ callId }) => callId),
      changes.map(({ draft }) => cleanJson(draft?.card)),
      changes.map(({ draft }) => cleanJson(draft?.workings)),
      changes.map(({ words }) => words.join(' ')),
    ],
  );
}

function keyOf(callId: string, seq: number): string {
  return `${seq} ${callId}`;
}

/** Postgres takes a megabyte of different words, and no more. */
const MOST_INDEXED_BYTES = 500_000;
