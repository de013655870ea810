import { AFTER_THE_END, type CallEvent } from '../../ports/facts.ts';
import type { StoredEvent } from '../../ports/store.ts';
import { type CardDraft, draftAfter } from '../../reading/card.ts';

/** A batch call by call, each in the order of its numbers. */
export function byCall(batch: readonly StoredEvent[]): ReadonlyMap<string, readonly CallEvent[]> {
  const calls = new Map<string, CallEvent[]>();
  for (const { callId, event } of batch) {
    const events = calls.get(callId);
    if (events) events.push(event);
    else calls.set(callId, [event]);
  }
  for (const events of calls.values()) events.sort((a, b) => a.seq - b.seq);
  return calls;
}

/** What may be noted of a call that is over; one that is not known was deleted, and stays so. */
export function areAfterwards(events: readonly CallEvent[]): boolean {
  return events.every(({ type }) => AFTER_THE_END.has(type));
}

/**
 * The card after some more events, which are new and in order. Null if they do not follow on what is known:
 * then one that came late fills a hole, and the card has to be made of all events again.
 */
export function foldOn(
  known: CardDraft | null,
  callId: string,
  fresh: readonly CallEvent[],
): CardDraft | null {
  const [first] = fresh;
  return known && first && first.seq <= known.workings.lastSeq ? null : draftAfter(known, callId, fresh);
}

/** The card made of all events again; where the words were forgotten, of what is known of the call and what is new. */
export function foldAgain(
  known: CardDraft | null,
  callId: string,
  fresh: readonly CallEvent[],
  all: readonly CallEvent[],
): CardDraft | null {
  const hasWords = all.some(({ type }) => type === 'rang');
  return known && !hasWords ? draftAfter(known, callId, fresh) : draftAfter(null, callId, all);
}
