import { expect, it } from 'vitest';
import type { ResponseRequest, SessionEvent } from '../../src/ports/session.ts';
import { ScriptedModel } from '../../src/testing/scripted-model.ts';
import { ScriptedPhoneCall } from '../../src/testing/scripted-phone-call.ts';
import { SimulatedPhone } from '../../src/testing/simulated-phone.ts';
import { describeLeg } from '../contracts/leg.ts';
import { describePhoneCall } from '../contracts/phone-call.ts';
import { describeSession, type ModelAnswer } from '../contracts/session.ts';
import { TestClock } from '../support/test-clock.ts';

function aSimulatedPhone() {
  const clock = new TestClock();
  const heard: number[] = [];
  const leg = new SimulatedPhone(clock, { heard: (audio) => void heard.push(...audio) });
  let lineMs = 0;
  const phone = {
    says(audio: Uint8Array) {
      leg.says(audio, lineMs);
      lineMs += 20;
    },
    presses: (digit: string) => leg.presses(digit),
    hangsUp: () => leg.hangsUp(),
    breaksOff: () => leg.breaksOff(),
    heard() {
      void leg.waitingMs; // what is due by now is heard by now
      return heard;
    },
    get isClosed() {
      return leg.isClosed;
    },
  };
  return { clock, leg, phone, passes: async (ms: number) => clock.advance(ms) };
}

describeLeg('simulated', async () => aSimulatedPhone());

describePhoneCall('scripted', { hasApi: true }, async () => {
  const asked: string[] = [];
  let leg = new SimulatedPhone(new TestClock());
  const call = new ScriptedPhoneCall('CA1', { leg: () => leg, told: (what) => void asked.push(what) });
  return {
    call,
    unknown: new ScriptedPhoneCall('CA2'),
    asked: () => asked.map((what) => what.replace(/^redirect.*/, 'go on')),
    openLegs: () => (leg.isClosed ? 0 : 1),
    async losesLeg() {
      leg.breaksOff();
    },
    async reconnects() {
      leg = new SimulatedPhone(new TestClock());
    },
    refuses() {
      call.answer = 'refused';
    },
    passes: async () => {},
  };
});

describeSession('the scripted model', async () => {
  const answers: ModelAnswer[] = [];
  const events: SessionEvent[] = [];
  let made: string | null = null;
  let isReady = false;
  const model = new ScriptedModel({}, (entry) => {
    if (entry.startsWith('respond')) queueMicrotask(() => answer(model.asked.at(-1)));
    else if (entry.startsWith('cancel')) finish('cancelled');
    else if (entry.startsWith('output')) model.takesOutputs(entry.slice('output '.length));
  });
  const finish = (outcome: 'completed' | 'cancelled') => {
    if (made !== null) model.tell({ type: 'response_done', responseId: made, outcome, usage: null });
    made = null;
  };
  const answer = (request: ResponseRequest | undefined) => {
    if (!request || !isReady) return;
    if (made !== null) return model.refuses(request, 'busy');
    const next = answers.shift();
    const response = `r${answers.length}-${request.requestId}`;
    if (next?.type === 'tool') {
      model.starts(response, request);
      model.puts('call-1', next.name, next.args, response);
      made = response;
      return finish('completed');
    }
    const { text = '', ms = 0 } = next ?? {};
    if (ms <= 1_000) return model.says('item', { ms, text, response, want: request });
    made = response;
    model.starts(response, request);
    model.delta('item', 0x55, 1_000, response);
  };
  const session = model.open(null, (event) => void events.push(event));
  return {
    session,
    events,
    answersWith: (...more) => void answers.push(...more),
    async becomesReady() {
      isReady = true;
      model.isReady();
    },
    async callerSpeaks() {
      model.hearsSpeech();
      model.hearsPause();
      model.writesDown('When are you open?');
    },
    breaksOff: async () => model.isLost('dropped'),
    async until(holds) {
      for (let turn = 0; turn < 10; turn++) await Promise.resolve();
      holds();
    },
  };
});

it('keeps apart what each session of a scripted model was asked, and counts it all', () => {
  const model = new ScriptedModel();
  const [first, second] = [model.open(null, () => {}), model.open(null, () => {})];
  first.add({ type: 'text', from: 'caller', text: 'one' });
  first.tell({ type: 'lost', reason: 'expired', detail: 'a_test' });

  first.add({ type: 'text', from: 'caller', text: 'to nobody' });
  second.respond({ requestId: '1', purpose: 'caller_turn' });

  expect([first.added.length, first.asked.length]).toEqual([1, 0]);
  expect([second.added.length, second.asked.length]).toEqual([0, 1]);
  expect([model.added.length, model.asked.length]).toEqual([1, 1]);
});
