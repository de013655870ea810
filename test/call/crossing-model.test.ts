import type { SessionEvent } from '../../src/ports/session.ts';
import { CAPABILITIES } from '../../src/testing/scripted-model.ts';
import { describeSession } from '../contracts/session.ts';
import { CrossingModel } from '../support/crossing/model.ts';
import { TestClock } from '../support/test-clock.ts';

describeSession('the model of the crossing test', async () => {
  const clock = new TestClock();
  const events: SessionEvent[] = [];
  const model = new CrossingModel(clock, CAPABILITIES, () => {});
  model.open(null, (event) => void events.push(event));
  return {
    session: model,
    events,
    answersWith(...answers) {
      for (const answer of answers) {
        if (answer.type === 'speech') model.next.push({ kind: 'speaks', ms: answer.ms, text: answer.text });
        else model.next.push({ kind: 'asks for', tools: [answer.name], saysMs: 0, args: answer.args });
      }
    },
    becomesReady: async () => model.becomesReady(),
    async callerSpeaks() {
      model.hearsSpeech();
      model.hearsPause(true);
      model.writesDown('When are you open?');
      clock.advance(2_000);
    },
    breaksOff: async () => model.isLost('dropped'),
    async until(holds) {
      for (let passed = 0; passed < 3_000; passed += 10) {
        clock.advance(10);
        try {
          return holds();
        } catch {} // not yet
      }
      holds();
    },
  };
});
