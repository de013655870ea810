import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Recollection, recall } from '../../../src/call/recall.ts';
import type { CallEvent, CallFact } from '../../../src/ports/facts.ts';
import { callReading } from '../../../src/reading/reading.ts';
import { agentSaid, aWholeCall, eventsOf, rang, seededCalls } from '../../support/logged-calls.ts';

describe('what is so on a call', () => {
  it('is known after nothing, and after everything', () => {
    expect(recall([])).toMatchObject({
      doing: 'ringing',
      legs: [],
      sessions: [],
      callerTurns: [],
      summary: null,
    });
    expect(recall(aWholeCall())).toMatchObject({
      doing: 'over',
      sums: {
        from: '+15550001111',
        endReason: 'caller_hung_up',
        endedMs: 12_000,
        toolNames: ['order_status'],
      },
      legs: [{ leg: 0, joinedMs: 1_000, leftMs: 12_000 }],
      sessions: [{ session: 0, readyMs: 400, leftMs: null }],
    });
  });

  it('is the same event by event, at once, and gone on with from any moment', () => {
    for (const { events } of seededCalls(40)) {
      const whole = recall(events);
      for (let at = 0; at <= events.length; at++) {
        const memory = new Recollection();
        for (const event of events.slice(0, at)) memory.follow(event);
        expect(memory.state).toEqual(recall(events.slice(0, at)));
        for (const event of events.slice(at)) memory.follow(event);
        expect(memory.state).toEqual(whole);
      }
    }
  });

  it('is known of any events in any order, those of later versions too', () => {
    const later: CallFact = { type: 'unknown', kind: 'hummed', version: 9, written: { tune: 'A' } };
    const facts = [
      ...aWholeCall(),
      ...eventsOf([
        [1, later],
        [2, { type: 'leg_left' }],
        [3, { type: 'leg_joined' }],
      ]),
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...facts), { maxLength: 60 }), (events) => {
        const state = recall(events);
        expect(callReading.transcript(state).every(({ atMs, untilMs }) => atMs <= untilMs)).toBe(true);
        callReading.card('CA1', state);
      }),
    );
  });

  it('begins anew where the phone rings again under the same name, with what was said before', () => {
    const again = aWholeCall().map((event) => ({ ...event, seq: event.seq + 1_000_000 }));
    const lost = aWholeCall().slice(0, -3);

    expect(recall([...lost, ...again.slice(0, 3)])).toMatchObject({
      doing: 'listening',
      sums: { endReason: null, lastAtMs: 1_000 },
      legs: [{ leftMs: 1_000 }, { leftMs: null }],
    });
    expect(recall([...aWholeCall(), ...again.slice(0, 1)]).doing).toBe('ringing');
    const whole = recall([...lost, ...again]);
    expect(whole.sums).toMatchObject({ endedMs: 12_000, endReason: 'caller_hung_up' });
    expect(callReading.transcript(whole).filter(({ who }) => who === 'agent')).toHaveLength(4);
  });

  it('has a caller who comes back from somebody else on a line of their own', () => {
    const events: readonly CallEvent[] = eventsOf([
      [0, rang()],
      [500, { type: 'answered' }],
      [900, { type: 'transfer', target: 'desk', state: 'dialled' }],
      [1_000, { type: 'leg_left' }],
      [9_000, { type: 'transfer', target: 'desk', state: 'came_back', detail: 'busy' }],
    ]);
    const back: readonly CallEvent[] = [
      { type: 'leg_joined', leg: 1, seq: 6, atMs: 9_500 },
      { type: 'caller_started_speaking', leg: 1, seq: 7, atMs: 9_900 },
    ];

    expect(recall(events).legs).toEqual([{ leg: 0, joinedMs: 500, leftMs: 1_000 }]);
    const state = recall([...events, ...back]);
    expect(state.legs.at(-1)).toEqual({ leg: 1, joinedMs: 9_500, leftMs: null });
    expect(state.callerTurns).toMatchObject([{ leg: 1, session: 0, speaker: 'caller' }]);
    expect(state.transfer).toEqual({ target: 'desk', state: 'came_back' });
  });

  it('has a caller with somebody else, whatever else is announced meanwhile', () => {
    const transfer = (state: 'announced' | 'dialled') =>
      ({ type: 'transfer', target: 'desk', state }) as const;
    const events = eventsOf([
      [0, transfer('announced')],
      [1, transfer('dialled')],
      [2, transfer('announced')],
    ]);

    expect(recall(events).transfer?.state).toBe('dialled');
  });

  it('says when a part of an answer was really begun, though the phone took nothing of it at first', () => {
    const begun = (itemId: string) => ({ type: 'agent_started_speaking', responseId: 'r1', itemId }) as const;
    const said = (itemId: string, text: string) => ({ ...agentSaid('r1', text, 800, 800), itemId });
    const state = recall(
      eventsOf([
        [1_000, begun('one')],
        [4_000, begun('one')],
        [4_900, said('one', 'One moment.')],
        [5_000, begun('two')],
        [5_900, said('two', 'Here it is.')],
      ]),
    );

    expect(state.agentParts.map(({ itemId, atMs }) => [itemId, atMs])).toEqual([
      ['one', 4_000],
      ['two', 5_000],
    ]);
  });

  it('knows which tools are still at work, and that the caller was asked whether they are there', () => {
    const asked = eventsOf([
      [0, { type: 'tool_called', toolCallId: 't1', name: 'book', arguments: '{}' }],
      [1, { type: 'silence_prompted' }],
    ]);

    expect([...recall(asked).tools.values()]).toMatchObject([{ name: 'book', returned: null }]);
    expect(recall(asked).silencePromptedMs).toBe(1);
    expect(recall([...asked, { type: 'digit', digit: '1', seq: 3, atMs: 2 }]).silencePromptedMs).toBeNull();
  });
});
