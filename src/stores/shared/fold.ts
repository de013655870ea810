import { AFTER_THE_END, type CallEvent } from '../../ports/facts.ts';
import { epochOf, type Lease } from '../../ports/journal.ts';
import type { StoredEvent } from '../../ports/store.ts';
import { type CardDraft, draftAfter } from '../../reading/card.ts';

/** What one owner, in one epoch, has to say of one call. */
export interface Portion extends Lease {
  readonly events: readonly CallEvent[];
}

/** A batch portion by portion, each in the order of its numbers. */
export function portionsOf(batch: readonly StoredEvent[]): readonly Portion[] {
  const portions = new Map<string, Lease & { readonly events: CallEvent[] }>();
  for (const { callId, event } of batch) {
    const epoch = epochOf(event.seq);
    const key = `${epoch} ${callId}`;
    const portion = portions.get(key);
    if (portion) portion.events.push(event);
    else portions.set(key, { callId, epoch, events: [event] });
  }
  for (const { events } of portions.values()) events.sort((a, b) => a.seq - b.seq);
  return [...portions.values()];
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
