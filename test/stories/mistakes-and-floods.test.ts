import { describe, expect, it } from 'vitest';
import { LiveCalls } from '../../src/call/live-calls.ts';
import { Metronome } from '../../src/call/metronome.ts';
import { NO_TAP } from '../../src/ports/leg.ts';
import { ScriptedModel } from '../../src/testing/scripted-model.ts';
import { ScriptedPhoneCall } from '../../src/testing/scripted-phone-call.ts';
import { SimulatedPhone } from '../../src/testing/simulated-phone.ts';
import { aCall, PLAN } from '../support/a-call.ts';
import { TestClock } from '../support/test-clock.ts';

const TRAITS = { answersTurns: false, yieldsToSpeech: false };

describe('a mistake of ours', () => {
  const house = (open: (model: ScriptedModel) => void = () => {}) => {
    const clock = new TestClock();
    const crashes: unknown[] = [];
    const facts: string[] = [];
    const models: ScriptedModel[] = [];
    let plan = { ...PLAN };
    const uses = (more: Partial<typeof plan>) => {
      plan = { ...plan, ...more };
    };
    const calls = new LiveCalls(
      {
        clock,
        metronome: new Metronome(clock),
        model: {
          open: (setup, tell) => {
            const model = new ScriptedModel(TRAITS, () => {});
            models.push(model);
            open(model);
            return model.open(setup, tell);
          },
        },
        observer: (_callId, { type }) => void facts.push(type),
        tapOf: () => NO_TAP,
        phoneCallOf: ({ callId }) => new ScriptedPhoneCall(callId),
        crashed: (_callId, error) => void crashes.push(error),
      },
      () => plan,
      1,
    );
    const ring = (callId: string) =>
      calls.ring({ callId, carrier: 'test', from: '+1', to: '+2', format: 'pcmu' });
    return {
      calls,
      clock,
      crashes,
      facts,
      models,
      ring,
      uses,
    };
  };
  const broken = () => {
    throw new Error('a bug');
  };

  it.each(['truncate', 'cancel', 'close'] as const)(
    'C1: at the end of a call costs neither its place nor the drain (%s)',
    async (what) => {
      const { calls, clock, crashes, facts, models, ring } = house((model) => {
        model[what] = broken;
      });
      ring('one');
      models[0]?.isReady();
      calls.connect('one', new SimulatedPhone(clock));
      models[0]?.starts('r1');
      models[0]?.delta('hours', 0x11, 3_000);
      clock.advance(500);
      if (what === 'close') calls.callEnded('one');
      else models[0]?.hearsSpeech(); // which comes to the mistake, and ends the call
      clock.advance(1);

      expect(calls.count).toBe(0);
      expect(crashes).toHaveLength(1);
      expect(facts.filter((type) => type === 'ended')).toHaveLength(1);
      expect(clock.timers).toBe(0);
      await calls.drain(60_000);
    },
  );

  it('C1: before there is a call leaves nothing behind, and the next one is answered', async () => {
    const { calls, crashes, facts, models, ring, uses } = house();
    uses({ toolbox: { offers: [], open: broken } });
    expect(await ring('one')).toEqual({ admitted: false, because: 'out_of_order' });
    expect([calls.count, crashes.length, facts]).toEqual([0, 1, []]);
    expect(models[0]?.isClosed).toBe(true);

    uses({ toolbox: PLAN.toolbox });
    expect(await ring('two')).toEqual({ admitted: true, isNew: true });
  });

  it('C8: leaves the words to the carrier when the time was up and nobody said so', async () => {
    const { calls, clock, models, ring, uses } = house();
    uses({ maxDurationMs: 40_000, apology: { text: 'We are sorry.' } });
    ring('one');
    models[0]?.isReady();
    calls.connect('one', new SimulatedPhone(clock));
    clock.advance(60_000);

    expect(await calls.after('one')).toEqual({ text: 'We are sorry.' });
  });
});

describe('keys without end', () => {
  it('T5: five hundred at once are one entry and one answer', () => {
    const { phone, model, clock, factsOf } = aCall();
    for (let i = 0; i < 500; i += 1) phone.tell({ type: 'digit', digit: '1' });
    clock.advance(5_000);

    expect(model.added).toHaveLength(1);
    expect(model.wants).toEqual(['caller_turn']);
    expect(factsOf('digits')).toMatchObject([{ digits: '1'.repeat(32) }]);
  });

  it('T5: five hundred entries are a handful of items and as many answers as can be told apart', () => {
    const { phone, model, clock, factsOf } = aCall();
    model.starts('r1');
    model.delta('hours', 0x11, 9_000);
    for (let i = 0; i < 500; i += 1) for (const digit of '1#') phone.tell({ type: 'digit', digit });
    model.tell({ type: 'response_done', responseId: 'r1', outcome: 'completed', usage: null });
    clock.advance(2_000);

    expect(model.added).toHaveLength(5);
    expect(model.wants).toEqual(['caller_turn']);
    expect(factsOf('problem')).toMatchObject([{ code: 'too_many_keys' }]);
  });
});
