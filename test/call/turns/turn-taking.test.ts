import { describe, expect, it } from 'vitest';
import { Journal } from '../../../src/call/journal.ts';
import { Voice } from '../../../src/call/playout/voice.ts';
import type { Decision } from '../../../src/call/turns/decisions.ts';
import { OwnEar } from '../../../src/call/turns/speech-evidence.ts';
import { TurnTaking } from '../../../src/call/turns/turn-taking.ts';
import { NO_TAP } from '../../../src/ports/leg.ts';
import { CAPABILITIES } from '../../../src/testing/scripted-model.ts';
import { SimulatedPhone } from '../../../src/testing/simulated-phone.ts';
import { TestClock } from '../../support/test-clock.ts';

const PART = { responseId: 'r1', itemId: 'i1', contentIndex: 0 };

/** A model that answers when it is asked to, a caller on the line, and what was decided about them. */
function turns(interruption: 'immediate' | 'confirmed' = 'immediate') {
  const clock = new TestClock();
  const decisions: Decision[] = [];
  const ear = new OwnEar(500);
  const voice = new Voice(new Journal({ callId: 'CA1', epoch: 0 }, clock, () => {}), NO_TAP, ear.evidence);
  const rules = {
    interruption,
    greetingIsProtected: false,
    hasTurnsByEar: true,
    pauseMs: 500,
    longestPauseMs: 3_500,
  };
  const turnTaking = new TurnTaking(rules, voice, ear, (decision) => void decisions.push(decision));
  turnTaking.open({ ...CAPABILITIES, answersTurns: false, yieldsToSpeech: false }, 'pcmu', 0);
  turnTaking.connect(new SimulatedPhone(clock), 0);
  const says = (ms: number) => {
    turnTaking.answerStarted(PART.responseId, null, 0);
    turnTaking.speak(PART, new Uint8Array(ms * 8).fill(0x55), 0);
  };
  return { turnTaking, voice, says, types: () => decisions.map(({ type }) => type), decisions };
}

describe('turn taking', () => {
  it('asks for no answer while the caller speaks', () => {
    const { turnTaking, types } = turns();
    turnTaking.callerSpeaks('u1', false, 0);
    turnTaking.ask({ purpose: 'tool_results' }, 0);
    turnTaking.tick(100);
    const whileSpeaking = types();

    turnTaking.callerPauses('u1', 1_000);

    expect(whileSpeaking).toEqual(['caller_began', 'turn_taken']);
    expect(types().slice(2)).toEqual(['caller_ended', 'ask']);
  });

  it('decides a barge-in in the order in which it has to happen', () => {
    const { turnTaking, says, types, decisions } = turns();
    says(2_000);

    turnTaking.callerSpeaks('u1', false, 400);

    expect(types()).toEqual([
      'answer_began',
      'caller_began',
      'cancel',
      'truncate',
      'interrupted',
      'turn_taken',
    ]);
    expect(decisions[3]).toEqual({ type: 'truncate', part: PART, heardMs: 400 });
  });

  it('lets a cough take no turn, where the agent makes sure', () => {
    const { turnTaking, says, types } = turns('confirmed');
    says(2_000);

    turnTaking.callerSpeaks('u1', false, 400);
    turnTaking.callerPauses('u1', 500);

    expect(types()).toEqual(['answer_began', 'caller_began', 'caller_ended']);
  });

  it('tells an answer that was given from one that failed and one that only asks for something', () => {
    const { turnTaking, says, types } = turns();
    says(100);
    turnTaking.answerDone('r1', 'completed', 200);
    turnTaking.answerStarted('r2', null, 300);
    turnTaking.answerDone('r2', 'completed', 400);
    turnTaking.answerStarted('r3', null, 500);
    turnTaking.answerDone('r3', 'failed', 600);

    expect(types().filter((type) => type.startsWith('answer_') && type !== 'answer_began')).toEqual([
      'answer_given',
      'answer_over',
      'answer_goes_on',
      'answer_over',
      'answer_failed',
      'answer_over',
    ]);
  });
});
