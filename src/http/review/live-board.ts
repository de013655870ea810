import type { CallReading } from '../../ports/call-reading.ts';
import type { LiveDesk } from './live.ts';
import { type LiveCard, liveCard } from './live-state.ts';

/**
 * The calls that go on, at a glance, for however many look at them.
 *
 * The process that shows them carries their sound as well: what is known of a call is only worked
 * out again when something has happened on it.
 */
export class LiveBoard {
  readonly #desk: LiveDesk;
  readonly #reading: CallReading;
  readonly #known = new Map<string, { readonly events: number; readonly card: LiveCard }>();

  constructor(desk: LiveDesk, reading: CallReading) {
    this.#desk = desk;
    this.#reading = reading;
  }

  async cards(): Promise<readonly LiveCard[]> {
    const calls = await this.#desk.list();
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
