import { describe, expect, it, onTestFinished } from 'vitest';
import { recall } from '../../src/call/recall.ts';
import { HeldStore } from '../../src/journal/held-store.ts';
import type { CallEvent } from '../../src/ports/facts.ts';
import { inEpoch } from '../../src/ports/journal.ts';
import { aWholeCall, stored } from '../support/logged-calls.ts';
import { storesAtHand } from '../support/stores-at-hand.ts';

/** The rest of a call from there on, as a node tells it whose clock is wrong by so many minutes. */
function restBy(minutes: number, from = 7): readonly CallEvent[] {
  return aWholeCall()
    .slice(from)
    .map((event) => ({ ...event, atMs: event.atMs + minutes * 60_000 }));
}

describe.each(await storesAtHand())('S14: nodes with different clocks, in %s', (_name, aPlace) => {
  it('S14: keep the order of what happened by its numbers, and no call takes less than no time', async () => {
    const { directory, store } = await aPlace();
    const aNode = (owner: string) => {
      const held = new HeldStore(
        { role: 'writer', owner, directory, store, deliversWebhooks: false },
        () => {},
      );
      onTestFinished(() => held.close());
      return held;
    };
    const [right, wrong] = [aNode('right'), aNode('wrong')];
    for (const [callId, minutes] of [
      ['CAbehind', -5],
      ['CAahead', 5],
    ] as const) {
      await right.use((log) => log.append(stored(callId, aWholeCall().slice(0, 7))));
      await wrong.use((log) => log.acquire({ callId, epoch: 0 }, []));
      const rest = restBy(minutes).map((event) => inEpoch(event, 1));
      await wrong.use((log) => log.append(stored(callId, rest.slice(5)))); // also where it is told out of its order
      await wrong.use((log) => log.append(stored(callId, rest)));
    }

    const seqs = [...aWholeCall().slice(0, 7), ...restBy(0).map((event) => inEpoch(event, 1))].map(
      ({ seq }) => seq,
    );
    for (const callId of ['CAbehind', 'CAahead']) {
      expect((await right.use((log) => log.events(callId))).map(({ seq }) => seq)).toEqual(seqs);
    }
    const behind = await right.use((log) => log.card('CAbehind'));
    expect(behind).toMatchObject({
      turns: 2,
      endReason: 'caller_hung_up',
      durationMs: 6_500,
      latencyP50Ms: 0,
    });
    expect(await right.use((log) => log.card('CAahead'))).toMatchObject({ turns: 2, durationMs: 312_000 });
    const [day] = await right.use((log) => log.figures({}));
    expect(day).toMatchObject({ calls: 2, durationMs: 318_500 });
  });
});

it.each([-5, 5])(
  'S14: no part of an answer takes less than no time, when a clock is %i minutes ahead',
  (minutes) => {
    for (let from = 1; from < aWholeCall().length; from++) {
      const { latencies } = recall([...aWholeCall().slice(0, from), ...restBy(minutes, from)]);
      const times = latencies.flatMap(({ totalMs, toolsMs, modelMs, detectionMs }) => [
        totalMs,
        toolsMs,
        modelMs,
        detectionMs ?? 0,
      ]);

      expect([from, Math.min(0, ...times)]).toEqual([from, 0]);
    }
  },
);
