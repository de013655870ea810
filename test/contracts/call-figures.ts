import { describe, expect, it } from 'vitest';
import { type CardDraft, draftAfter } from '../../src/reading/card.ts';
import { percentile } from '../../src/reading/figures.ts';
import { aWholeCall, eventsOf, rang, seededCalls, stored } from '../support/logged-calls.ts';
import type { FilledStore } from './a-store.ts';

/** Calls of two days: most are over, one goes on, and of one nobody knows what it cost. */
const CALLS = [
  ...seededCalls(200),
  { callId: 'CAlive', events: aWholeCall().slice(0, -1) },
  { callId: 'CAdear', events: eventsOf([[0, rang({ model: 'no-such-model' })]]) },
];

export function sumsUpDays(rig: FilledStore): void {
  describe('when days are summed up', () => {
    const fill = async () => {
      for (const { callId, events } of CALLS) await rig.store.append(stored(callId, events));
    };

    it('says of each what its calls say, and of days without calls nothing', async () => {
      await fill();
      const drafts = CALLS.flatMap(({ callId, events }) => draftAfter(null, callId, events) ?? []);

      expect(await rig.store.figures({})).toEqual(
        ['2026-03-01', '2026-03-02'].map((day) => figuresOf(day, drafts)),
      );
    });

    it('counts those calls only that are asked for', async () => {
      await fill();
      const calls = async (query: Parameters<typeof rig.store.figures>[0]) =>
        (await rig.store.figures(query)).map((day) => day.calls);

      expect(await calls({})).toEqual([92, 110]);
      expect(await calls({ agent: 'night-desk' })).toEqual([30, 37]);
      expect(await calls({ words: 'refund' })).toEqual([11, 14]);
      expect(await calls({ isLive: true })).toEqual([2]);
      expect(await calls({ agent: 'nobody' })).toEqual([]);
      const { next } = await rig.store.list({ limit: 5 });
      expect(await calls({ after: next ?? '' })).toEqual([92, 110]); // a place in the list is none in time
    });
  });
}

function figuresOf(day: string, drafts: readonly CardDraft[]) {
  const ofDay = drafts.filter(({ card }) => new Date(card.startedWallMs).toISOString().startsWith(day));
  const sum = (of: (draft: CardDraft) => number) => ofDay.reduce((total, draft) => total + of(draft), 0);
  const latencies = ofDay.flatMap(({ workings }) => workings.latencies);
  const reasons = ofDay.flatMap(({ card }) => card.endReason ?? []);
  return {
    day,
    calls: ofDay.length,
    durationMs: sum(({ card }) => card.durationMs),
    latencyP50Ms: percentile(latencies, 50),
    latencyP95Ms: percentile(latencies, 95),
    cost: expect.closeTo(
      sum(({ card }) => card.cost ?? 0),
      6,
    ),
    toolCalls: sum(({ workings }) => workings.toolCalls),
    toolFailures: sum(({ card }) => card.toolFailures),
    endReasons: Object.fromEntries(
      reasons.map((reason) => [reason, reasons.filter((other) => other === reason).length]),
    ),
  };
}
