import { describe, expect, it } from 'vitest';
import { encodeMulaw } from '../../src/audio/g711.ts';
import { aCall } from '../support/a-call.ts';
import { settled, ToolboxSpy } from '../support/a-toolbox.ts';

const talk = (sent: readonly string[]) => sent.filter((entry) => !/^(play|mark)/.test(entry));
const SOUND = encodeMulaw(Int16Array.from({ length: 160 }, (_, i) => (i % 4 < 2 ? 9_000 : -9_000)));
const QUIET = new Uint8Array(160).fill(0xff);
const TRAITS = { answersTurns: false, yieldsToSpeech: false };

function brings({ phone, clock }: ReturnType<typeof aCall>, frame: Uint8Array, ms: number): void {
  for (let at = 0; at < ms; at += 20) {
    phone.tell({ type: 'audio', audio: frame, atMs: at });
    clock.advance(20);
  }
}

/** The caller makes a sound for so long; the model's ear takes it for speech, until half a second after it. */
function makesSound({ phone, model, clock }: ReturnType<typeof aCall>, ms: number): void {
  for (let at = 0; at < ms + 500; at += 20) {
    phone.tell({ type: 'audio', audio: at < ms ? SOUND : QUIET, atMs: at });
    clock.advance(20);
    if (at === 100) model.hearsSpeech();
  }
  model.hearsPause();
}

describe('the time limit', () => {
  const almostOver = (plan = {}) => {
    const call = aCall({ plan: { maxDurationMs: 60_000, ...plan } });
    call.clock.advance(30_200);
    call.model.says('half a minute', { ms: 1_000, want: 'goodbye' });
    call.clock.advance(29_900);
    return call;
  };

  it('T6: is not to be talked out of', () => {
    const call = almostOver();
    call.model.starts('r2', 'goodbye');
    call.model.delta('goodbye', 0x22, 1_500, 'r2');
    call.clock.advance(300);
    call.model.hearsSpeech();
    call.clock.advance(3_000);
    call.model.hearsPause();
    call.clock.advance(7_000);

    expect(call.endReason()).toBe('too_long');
    expect(call.model.added).toEqual([]); // nobody is told that the call goes on
  });

  it('T6: has the carrier say it where the model does not', () => {
    const call = almostOver();
    call.clock.advance(10_100);

    expect(call.endReason()).toBe('too_long');
    expect(call.sent).not.toContain('hang up');
    expect(call.phone.isClosed).toBe(true);
  });

  it('T6: hangs up where goodbye was said', () => {
    const call = almostOver();
    call.model.says('goodbye', { ms: 1_000, response: 'r2', want: 'goodbye' });
    call.clock.advance(1_200);

    expect(call.endReason()).toBe('too_long');
    expect(call.sent.at(-1)).toBe('hang up');
  });
});

describe('a goodbye', () => {
  const goodbye = async (interruption: 'immediate' | 'confirmed') => {
    const toolbox = new ToolboxSpy();
    const call = aCall({ plan: { toolbox, interruption }, capabilities: TRAITS });
    call.model.starts('r1');
    call.model.delta('goodbye', 0x55, 3_000);
    call.model.calls(['c1']);
    toolbox.control?.hangUp();
    await toolbox.answers('c1', { wantsAnswer: false });
    call.clock.advance(500);
    return call;
  };

  it.each(['immediate', 'confirmed'] as const)(
    'T7: is not called off by a cough (%s)',
    async (interruption) => {
      const call = await goodbye(interruption);
      makesSound(call, 120);
      call.clock.advance(3_500);

      expect(call.endReason()).toBe('agent_hung_up');
      expect(call.factsOf('told')).toEqual([]);
    },
  );

  it.each(['immediate', 'confirmed'] as const)('L4: is called off by words (%s)', async (interruption) => {
    const call = await goodbye(interruption);
    makesSound(call, 600);
    call.clock.advance(3_500);

    expect(call.endReason()).toBeNull();
    expect(call.model.added.at(-1)).toMatchObject({ text: expect.stringContaining('goes on') });
  });

  it.each(['immediate', 'confirmed'] as const)(
    'T7: is not called off by a cough before its first sound (%s)',
    (interruption) => {
      const toolbox = new ToolboxSpy();
      const call = aCall({ plan: { toolbox, interruption }, capabilities: TRAITS });
      toolbox.control?.hangUp();
      call.call.control.inform('Say goodbye.', true);
      makesSound(call, 120);
      call.model.says('goodbye', { ms: 1_000, want: 'operator' });
      call.clock.advance(1_300);

      expect(call.endReason()).toBe('agent_hung_up');
    },
  );

  it('is not waited for for longer because it is announced again', () => {
    const toolbox = new ToolboxSpy();
    const call = aCall({ plan: { toolbox } });
    call.model.starts('r1');
    for (let second = 0; second < 10; second += 1) {
      toolbox.control?.hangUp();
      call.model.delta('on and on', 0x55, 2_000);
      call.clock.advance(1_000);
    }
    call.clock.advance(200);

    expect(call.endReason()).toBe('agent_hung_up');
  });
});

describe('a cough, where the agent makes sure', () => {
  it('B8: gives a model that goes in circles no new turn, and is no sign of life', () => {
    const toolbox = new ToolboxSpy();
    const call = aCall({ plan: { toolbox, interruption: 'confirmed' }, capabilities: TRAITS });
    call.model.starts('r1');
    call.model.delta('story', 0x55, 4_000);
    call.clock.advance(500);
    makesSound(call, 120);
    expect(toolbox.turns).toBe(0);

    makesSound(call, 600);
    expect(toolbox.turns).toBe(1);
  });

  it('B7: does not silence the agent for good when the rest of what it had to say was called off', () => {
    const call = aCall({ plan: { interruption: 'confirmed' }, capabilities: TRAITS });
    call.model.starts('r1');
    call.model.delta('yes', 0x55, 200);
    brings(call, QUIET, 140);
    brings(call, SOUND, 100);
    call.model.hearsSpeech();
    expect(call.factsOf('held')).toHaveLength(1);

    call.model.tell({ type: 'response_done', responseId: 'r1', outcome: 'cancelled', usage: null });
    brings(call, SOUND, 400);
    call.model.hearsPause();
    call.model.says('next', { ms: 500, response: 'r2', code: 0x22, want: 'caller_turn' });
    call.clock.advance(1_000);

    expect(call.phone.heardMs(0x22)).toBe(500);
  });

  it('B8: is told from the words that follow it, though the model’s ear takes both for one turn', () => {
    const call = aCall({ plan: { interruption: 'confirmed' }, capabilities: TRAITS });
    call.model.starts('r1');
    call.model.delta('story', 0x55, 4_000);
    call.clock.advance(500);
    brings(call, SOUND, 120);
    call.model.hearsSpeech();
    brings(call, QUIET, 400);
    expect(call.factsOf('went_on')).toHaveLength(1);
    brings(call, SOUND, 600);
    call.model.tell({ type: 'response_done', responseId: 'r1', outcome: 'cancelled', usage: null });
    brings(call, QUIET, 500);
    call.model.hearsPause();

    expect(call.factsOf('interrupted')).toHaveLength(1);
    expect(call.model.wants).toEqual(['caller_turn']);
  });

  it('B7: does not cost the caller an answer that was granted meanwhile', () => {
    const call = aCall({ plan: { interruption: 'confirmed' }, capabilities: TRAITS });
    call.model.starts('r1');
    call.model.delta('first', 0x55, 3_000);
    call.model.tell({ type: 'response_done', responseId: 'r1', outcome: 'completed', usage: null });
    call.clock.advance(500);
    call.call.control.inform('And say that we close at six.', true);
    brings(call, SOUND, 120);
    call.model.hearsSpeech();
    call.model.says('second', { ms: 500, response: 'r2', code: 0x22, want: 'operator' });
    brings(call, QUIET, 500);
    call.model.hearsPause();
    call.clock.advance(5_000);

    expect(call.phone.heardMs(0x22)).toBe(500);
  });
});

describe('a line that goes away in mid-answer', () => {
  const away = async () => {
    const toolbox = new ToolboxSpy();
    const call = aCall({ plan: { toolbox, transferTargets: { desk: { number: '+441632960001' } } } });
    toolbox.control?.transfer('desk');
    call.clock.advance(200);
    call.model.starts('r1');
    call.model.delta('wait', 0x55, 3_000);
    call.clock.advance(700);
    call.sent.length = 0;
    call.phone.tell({ type: 'gone', reason: 'hung_up' });
    await settled();
    return { toolbox, ...call };
  };

  it('ends the phone call of a caller who is with somebody else', async () => {
    const { call, sent, endReason } = await away();

    call.control.hangUpNow();

    expect(sent.at(-1)).toBe('hang up');
    expect(endReason()).toBe('operator_hung_up');
  });

  it('B2: leaves the model with what was heard of it', async () => {
    const { sent, factsOf } = await away();

    expect(sent).toEqual(['cancel r1', 'truncate wait at 700 ms']);
    expect(factsOf('agent_said')).toMatchObject([{ heardMs: 700, totalMs: 3_000 }]);
  });

  it('has nobody asked for an answer that nobody would hear', async () => {
    const { sent, call, clock } = await away();
    call.control.inform('The desk is busy today.', true);
    clock.advance(20_000);

    expect(sent.filter((entry) => entry.startsWith('respond'))).toEqual([]);
  });

  it('says that nobody can be told anything while no model listens, instead of noting that it was told', async () => {
    const { call, model, factsOf } = await away();
    model.isLost('dropped');

    const answer = call.control.inform('Be generous.', true);

    expect(answer).toMatchObject({ ok: false });
    expect(factsOf('told')).toEqual([]);
  });

  it('announces no transfer of a caller who is being connected already', async () => {
    const { call, factsOf } = await away();
    const before = factsOf('transfer').length;

    expect(call.control.transfer('desk')).toMatchObject({ ok: false });
    expect(factsOf('transfer')).toHaveLength(before);
  });

  it('ends the turn that was under way, for the model as well', async () => {
    const toolbox = new ToolboxSpy();
    const call = aCall({ plan: { toolbox, transferTargets: { desk: { number: '+441632960001' } } } });
    toolbox.control?.transfer('desk');
    call.clock.advance(200);
    brings(call, SOUND, 200);
    call.model.hearsSpeech();
    const heardBytes = call.model.heard.length;
    call.phone.tell({ type: 'gone', reason: 'hung_up' });

    expect(call.model.heard.slice(heardBytes)).toEqual(Array(1_500 * 8).fill(0xff));
    call.model.hearsPause();
    call.model.starts('r1'); // of its own, to what nobody waits for an answer to
    expect(call.sent.at(-1)).toBe('cancel r1');
  });

  it('is not hung up on while the caller talks to somebody else', async () => {
    const { toolbox, clock, endReason } = await away();
    toolbox.control?.hangUp();
    clock.advance(20_000);

    expect(endReason()).toBeNull();
  });

  it('T6: is asked whether they are there, and left in the end, also where a transfer came in between', async () => {
    const toolbox = new ToolboxSpy();
    const silence = { askAfterMs: 8_000, goodbyeAfterMs: 16_000 };
    const call = aCall({
      plan: { toolbox, silence, transferTargets: { desk: { number: '+441632960001' } } },
    });
    call.phoneCall.answer = 'refused';
    call.clock.advance(8_200);
    call.model.says('are you there', { ms: 500, want: 'silence_check' });
    call.clock.advance(8_500);
    toolbox.control?.transfer('desk');
    call.model.says('goodbye', { ms: 500, response: 'r2', want: 'goodbye' });
    call.clock.advance(700);
    await settled();
    call.model.says('nobody is there', { ms: 500, response: 'r3', want: 'operator' });
    call.clock.advance(9_000);

    expect(call.model.wants).toEqual(['silence_check', 'goodbye', 'operator', 'silence_check']);
  });

  it('O3: says once that nobody took the call, however often the carrier does', async () => {
    const { call, model } = await away();
    expect([call.returned('busy'), call.returned('busy')]).toEqual([true, true]);

    expect(model.added).toHaveLength(1);
  });

  it('C1: is not waited for for ever, neither for the other end nor for the way back', async () => {
    const one = await away();
    one.clock.advance(62 * 60_000);
    const other = await away();
    other.call.returned('busy');
    other.clock.advance(31_000);

    expect([one.endReason(), other.endReason()]).toEqual(['transferred', 'line_lost']);
    expect(one.sent).not.toContain('redirect: apologise'); // they have talked with somebody
    expect(other.sent).toContain('redirect: apologise');
    expect([one.clock.timers, other.clock.timers]).toEqual([0, 0]);
  });
});

describe('an end that is told', () => {
  it('is what was done to the line', () => {
    const { call, sent } = aCall();
    call.control.hangUpNow();

    expect(talk(sent)).toEqual(['hang up']);
  });
});
