import type { CallReading } from '../../ports/reading.ts';
import { type LiveCall, liveCard } from './live-state.ts';
import type { LiveView } from './room.ts';

/**
 * The calls that go on, at a glance, for however many look at them: what is known of a call is only
 * worked out again when something has happened on it.
 */
export class LiveBoard {
  readonly #live: LiveView;
  readonly #reading: CallReading;
  readonly #known = new Map<string, { readonly events: number; readonly card: LiveCall }>();

  constructor(live: LiveView, reading: CallReading) {
    this.#live = live;
    this.#reading = reading;
  }

  cards(): readonly LiveCall[] {
    const calls = this.#live.list();
    const live = new Set(calls.map(({ callId }) => callId));
    for (const callId of this.#known.keys()) if (!live.has(callId)) this.#known.delete(callId);
    return calls.map((call) => {
      const known = this.#known.get(call.callId);
      if (known?.events === call.events.length) return known.card;
      const card = liveCard(call, this.#reading);
      this.#known.set(call.callId, { events: call.events.length, card });
      return card;
    });
  }
}
