import type { CallState } from '../../ports/call-state.ts';
import type { CallEvent } from '../../ports/facts.ts';
import type { CallCard } from '../../ports/store.ts';
import type { Room } from '../pages/room.ts';

export interface KnownCall {
  readonly card: CallCard;
  readonly events: readonly CallEvent[];
  readonly state: CallState;
}

/** From the store; a call so young that the store has not heard of it, or while the store is away, from the live view. */
export async function knownCall({ store, live, reading }: Room, callId: string): Promise<KnownCall | null> {
  const goesOn = live.find(callId);
  const asked = store.card(callId);
  const card = await (goesOn ? asked.catch(() => null) : asked);
  const events = goesOn?.events ?? (card ? await store.events(callId) : []);
  const state = goesOn?.state ?? reading.recall(events);
  const young = card ?? reading.card(callId, state);
  return young && events.length > 0 ? { card: young, events, state } : null;
}
