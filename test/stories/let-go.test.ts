import { expect, it } from 'vitest';
import { LiveCalls } from '../../src/call/live-calls.ts';
import { Metronome } from '../../src/call/metronome.ts';
import type { CallEvent } from '../../src/ports/facts.ts';
import { EPOCH_SPAN } from '../../src/ports/journal.ts';
import { NO_TAP } from '../../src/ports/leg.ts';
import { ScriptedModel } from '../../src/testing/scripted-model.ts';
import { ScriptedPhoneCall } from '../../src/testing/scripted-phone-call.ts';
import { PLAN } from '../support/a-call.ts';
import { ListeningPhone } from '../support/listening-phone.ts';
import { TestClock } from '../support/test-clock.ts';

/** A process with one call, whose agent is in the middle of an answer. */
async function aCallThatTalks() {
  const clock = new TestClock();
  const facts: CallEvent[] = [];
  const sent: string[] = [];
  const told: string[] = [];
  const models: ScriptedModel[] = [];
  const calls = new LiveCalls(
    {
      clock,
      metronome: new Metronome(clock),
      model: {
        open: (setup, tell) => {
          const model = new ScriptedModel({}, (entry) => void sent.push(entry));
          models.push(model);
          return model.open(setup, tell);
        },
      },
      observer: (_callId, event) => void facts.push(event),
      tapOf: () => NO_TAP,
      phoneCallOf: ({ callId }) => new ScriptedPhoneCall(callId, { told: (entry) => void told.push(entry) }),
      crashed: (_callId, error) => expect.unreachable(String(error)),
    },
    () => PLAN,
    10,
  );
  const ring = () => calls.ring({ callId: 'CA1', carrier: 'test', from: '+1', to: '+2', format: 'pcmu' });
  await ring();
  const phone = new ListeningPhone(clock, {}, (entry) => void sent.push(entry));
  await calls.connect('CA1', phone);
  const [model] = models;
  model?.isReady();
  model?.says('a long answer', { ms: 5_000 });
  clock.advance(1_000);
  return { calls, ring, clock, phone, model, facts, sent, told };
}

it('ends line, session and timers without a word when another process has acquired the call', async () => {
  const { calls, clock, phone, model, facts, sent, told } = await aCallThatTalks();
  const before = facts.length;
  sent.length = 0;

  const control = calls.find('CA1')?.control;
  expect(calls.letGo({ callId: 'CA1', epoch: 0 })).toBe(true);
  const texted = await control?.sendText('Your appointment is on Monday.');
  model?.hearsSpeech();
  phone.tell({ type: 'gone', reason: 'hung_up' });
  calls.callEnded('CA1');
  clock.advance(60_000);

  expect(facts).toHaveLength(before);
  expect([phone.isClosed, model?.isClosed, calls.count, clock.timers]).toEqual([true, true, 0, 0]);
  expect(texted).toMatchObject({ ok: false });
  expect(told).toEqual([]);
  expect(calls.letGo({ callId: 'CA1', epoch: 0 })).toBe(false);
});

it('leaves a call alone that has rung again since, and numbers that one anew', async () => {
  const { calls, ring, facts } = await aCallThatTalks();
  calls.callEnded('CA1');
  const first = facts.length;

  expect(await ring()).toMatchObject({ admitted: true, isNew: true });

  expect(facts.slice(first)).toMatchObject([{ type: 'rang', seq: EPOCH_SPAN + 1 }]);
  expect(calls.letGo({ callId: 'CA1', epoch: 0 })).toBe(false);
  expect(calls.count).toBe(1);
  expect(calls.letGo({ callId: 'CA1', epoch: 1 })).toBe(true);
  await ring();
  expect(facts.at(-1)).toMatchObject({ type: 'rang', seq: 2 * EPOCH_SPAN + 1 });
});

it('does not keep a process open that waits for its last calls', async () => {
  const { calls } = await aCallThatTalks();
  const drained = calls.drain(60_000);

  calls.letGo({ callId: 'CA1', epoch: 0 });

  expect(await drained).toBe(true); // the carrier may ask for what is to be said
});

it('stays a moment for the carrier, which asks how a call goes on that has just said goodbye', async () => {
  const { calls } = await aCallThatTalks();
  const drained = calls.drain(60_000);

  calls.find('CA1')?.end('agent_hung_up');

  expect(await drained).toBe(true);
  expect(await calls.after('CA1')).toBe('hang_up');
});
