import type { CallEvent } from '../../ports/facts.ts';
import type { StoredEvent } from '../../ports/store.ts';
import type { CardDraft } from '../../reading/card.ts';
import { areAfterwards, byCall, foldAgain, foldOn } from '../shared/fold.ts';
import { fromKept, type KeptEvent, toKept } from '../shared/kept-event.ts';
import { NOT_REVIEWED } from '../shared/review.ts';
import { wordsSaid } from '../shared/said.ts';
import { cleanJson, cleanText } from './clean.ts';
import type { Ask } from './database.ts';

/** Adds what is not there yet of a batch, and brings cards and words up to date. To be called in a transaction. */
export async function appendBatch(ask: Ask, owner: string, batch: readonly StoredEvent[]): Promise<void> {
  const calls = byCall(batch.map(({ callId, event }) => ({ callId: cleanText(callId), event })));
  const known = await lockedDrafts(ask, owner, calls);
  const kept = new Map([...calls].filter(([callId]) => known.has(callId)));
  const isFresh = await insertEvents(ask, kept);

  const changes: Change[] = [];
  for (const [callId, events] of kept) {
    const fresh = events.filter(({ seq }) => isFresh.has(keyOf(callId, seq)));
    if (fresh.length === 0) continue;
    const before = known.get(callId) ?? null;
    const draft =
      foldOn(before, callId, fresh) ?? foldAgain(before, callId, fresh, await eventsOf(ask, callId));
    changes.push({ callId, draft, words: fresh.flatMap(wordsSaid) });
  }
  if (changes.length > 0) await updateCalls(ask, owner, changes);
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

/**
 * Null for a call that is new; none for one that was deleted.
 * Always in the same order: two nodes that meet at the same calls wait for each other, and not in a ring.
 */
async function lockedDrafts(
  ask: Ask,
  owner: string,
  calls: ReadonlyMap<string, readonly CallEvent[]>,
): Promise<ReadonlyMap<string, CardDraft | null>> {
  const begin = [...calls].flatMap(([callId, events]) => (areAfterwards(events) ? [] : [callId]));
  await ask(
    `INSERT INTO ringdown_calls (call_id, owner, card, review, workings)
     SELECT call_id, $2, '{}', $3::jsonb, '{}' FROM unnest($1::text[]) AS given (call_id) ORDER BY call_id
     ON CONFLICT DO NOTHING`,
    [begin, owner, cleanJson(NOT_REVIEWED)],
  );
  const rows = await ask<CardDraft & { call_id: string }>(
    'SELECT call_id, card, workings FROM ringdown_calls WHERE call_id = ANY ($1::text[]) ORDER BY call_id FOR UPDATE',
    [[...calls.keys()]],
  );
  return new Map(
    rows.map(({ call_id, card, workings }) => [call_id, 'callId' in card ? { card, workings } : null]),
  );
}

async function insertEvents(
  ask: Ask,
  calls: ReadonlyMap<string, readonly CallEvent[]>,
): Promise<ReadonlySet<string>> {
  const rows = [...calls].flatMap(([callId, events]) =>
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

async function updateCalls(ask: Ask, owner: string, changes: readonly Change[]): Promise<void> {
  await ask(
    `UPDATE ringdown_calls AS calls SET
       owner = $1,
       card = given.card::jsonb,
       workings = given.workings::jsonb,
       said = CASE WHEN pg_column_size(said) > ${MOST_INDEXED_BYTES} THEN said
         ELSE said || array_to_tsvector(string_to_array(given.words, ' ')) END
     FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS given (call_id, card, workings, words)
     WHERE calls.call_id = given.call_id`,
    [
      owner,
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
