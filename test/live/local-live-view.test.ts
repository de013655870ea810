import { describe, expect, it } from 'vitest';
import { Ears, LocalLiveView } from '../../src/live/local-live-view.ts';
import type { AgentSaid, CallFact } from '../../src/ports/facts.ts';
import { rang } from '../support/logged-calls.ts';
import { TestClock } from '../support/test-clock.ts';

function aControl() {
  const deeds: string[] = [];
  let isThere = true;
  let saying: readonly AgentSaid[] = [];
  const call = {
    get saying() {
      return saying;
    },
    inform(text: string, isToSpeak: boolean) {
      deeds.push(`inform ${text} ${isToSpeak ? 'aloud' : 'quietly'}`);
      return { ok: true } as const;
    },
    transfer: (target: string) =>
      target === 'front office'
        ? ({ ok: true } as const)
        : ({ ok: false, because: 'There is no such target.' } as const),
    hangUpNow: () => void deeds.push('hang up now'),
  };
  const clock = new TestClock();
  const ears = new Ears();
  const live = new LocalLiveView({
    clock,
    ears,
    controlOf: () => (isThere ? call : undefined),
    targetsOf: () => ['front office'],
    callOut: async () => ({ ok: false, because: 'Not from here.' }),
    ringSoftphone: async () => ({ ok: false, because: 'All lines are busy.' }),
    ended: (callId, events) => void deeds.push(`${callId} ended after ${events.length} events`),
  });
  const tap = ears.tapOf('CA1');
  const happens = (seq: number, fact: CallFact) => live.observer('CA1', { ...fact, seq, atMs: seq * 100 });
  const leaves = () => {
    isThere = false;
  };
  const says = (text: string, heardMs: number) => {
    saying = [{ type: 'agent_said', responseId: 'r1', itemId: 'i1', text, heardMs, totalMs: 4_000 }];
  };
  return { live, ears, tap, happens, deeds, leaves, clock, says };
}

describe('the desk of this process', () => {
  it('tells whoever watches a call that another process has it, and nobody that it is over', async () => {
    const { live, happens, deeds } = aControl();
    const seen: string[] = [];
    happens(1, rang());
    await live.watch('CA1', (event) => void seen.push(event?.type ?? 'gone'));

    live.letGo('CA1');
    live.letGo('CA1');

    expect(seen).toEqual(['gone']);
    expect(await live.list()).toEqual([]);
    expect(deeds).toEqual([]);
  });

  it('knows calls from their ring to their end, and all that happened on them', async () => {
    const { live, happens } = aControl();
    const seen: string[] = [];
    happens(1, rang());
    happens(2, { type: 'answered' });
    const watch = await live.watch('CA1', (event) => void seen.push(event?.type ?? 'gone'));
    happens(3, { type: 'caller_said', text: 'Hello?' });

    expect(watch?.events.map(({ type }) => type)).toEqual(['rang', 'answered']);
    expect(await live.list()).toMatchObject([
      { callId: 'CA1', events: [{}, {}, {}], targets: ['front office'] },
    ]);
    happens(4, { type: 'ended', reason: 'caller_hung_up' });
    happens(5, { type: 'noted', text: 'too late' });
    expect(seen).toEqual(['caller_said', 'ended']);
    expect(await live.list()).toEqual([]);
    expect(await live.watch('CA1', () => {})).toBeNull();
  });

  it('passes on what people ask of a call, and says so when it is over', async () => {
    const { live, happens, deeds, leaves } = aControl();
    happens(1, rang());

    expect(await live.tell('CA1', 'Offer Tuesday.')).toEqual({ ok: true });
    expect(await live.transfer('CA1', 'the moon')).toEqual({
      ok: false,
      because: 'There is no such target.',
    });
    expect(await live.hangUp('CA1')).toEqual({ ok: true });
    expect(deeds).toEqual(['inform Offer Tuesday. quietly', 'hang up now']);
    leaves();
    for (const answer of [
      await live.tell('CA1', 'x'),
      await live.transfer('CA1', 'x'),
      await live.hangUp('CA1'),
    ])
      expect(answer).toEqual({ ok: false, because: 'This call is over.' });
  });

  it('tells what the caller is hearing for as long as somebody wants to know, and only what is new', async () => {
    const { live, happens, clock, says } = aControl();
    happens(1, rang());
    const heard: string[] = [];
    const stop = await live.hearAgent('CA1', (said) =>
      heard.push(said.map(({ text, heardMs }) => `${text} ${heardMs}`).join()),
    );

    says('Good morning', 200);
    clock.advance(500);
    says('Good morning, how', 700);
    clock.advance(250);
    stop?.();
    says('Good morning, how are you?', 1_700);
    clock.advance(2_000);

    expect(heard).toEqual(['Good morning 200', 'Good morning, how 700']);
    expect(await live.hearAgent('CA9', () => {})).toBeNull();
  });

  it('lets one hear the agent when the caller does, and not what was cut off', async () => {
    const { live, tap, happens } = aControl();
    happens(1, rang());
    const heard: string[] = [];
    const watch = await live.listenIn('CA1', (who, audio) => void heard.push(`${who} ${audio.join()}`));

    tap.agentPlayed(Uint8Array.of(11), 20);
    tap.agentPlayed(Uint8Array.of(12), 40);
    tap.callerHeard(Uint8Array.of(1), 0, 10);
    tap.callerHeard(Uint8Array.of(2), 0, 30);
    tap.agentCleared(35);
    tap.callerHeard(Uint8Array.of(3), 0, 50);
    watch?.end();
    tap.callerHeard(Uint8Array.of(4), 0, 70);

    expect(heard).toEqual(['caller 1', 'agent 11', 'caller 2', 'caller 3']);
  });

  it('finds the ear of a call by its id, however many calls rang in between', async () => {
    const { live, ears, tap, happens } = aControl();
    const other = ears.tapOf('CA2');
    happens(1, rang());
    const heard: string[] = [];
    const watch = await live.listenIn('CA1', (who, audio) => void heard.push(`${who} ${audio.join()}`));

    other.callerHeard(Uint8Array.of(9), 0, 10);
    tap.callerHeard(Uint8Array.of(1), 0, 10);
    tap.end(20);
    watch?.end();

    expect(heard).toEqual(['caller 1']);
  });

  it('lets one who listens again hear nothing from before', async () => {
    const { live, tap, happens } = aControl();
    happens(1, rang());
    const heard: string[] = [];
    const hear = (who: string, audio: Uint8Array) => void heard.push(`${who} ${audio.join()}`);
    const first = await live.listenIn('CA1', hear);
    tap.agentPlayed(Uint8Array.of(11), 20);
    first?.end();
    tap.callerHeard(Uint8Array.of(1), 0, 40);
    await live.listenIn('CA1', hear);

    tap.callerHeard(Uint8Array.of(2), 0, 60);

    expect(heard).toEqual(['caller 2']);
  });
});
