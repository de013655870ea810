import { describe, expect, it } from 'vitest';
import { defineTool, NOTHING } from '../../src/tools/define-tool.ts';
import { inProcess } from '../../src/tools/host/tool-host.ts';
import { createToolbox } from '../../src/tools/toolbox.ts';
import { aCall } from '../support/a-call.ts';
import { settled } from '../support/a-toolbox.ts';
import { TestClock } from '../support/test-clock.ts';

const SILENCE = { askAfterMs: 20_000, goodbyeAfterMs: 60_000 };
const story = (more: Parameters<typeof aCall>[0] = {}) => aCall({ plan: { silence: SILENCE, ...more.plan } });
const talk = (sent: readonly string[]) => sent.filter((entry) => !/^(play|mark|ping)/.test(entry));
const turn = ({ model }: ReturnType<typeof aCall>) => {
  model.hearsSpeech();
  model.hearsPause();
};
const codes = ({ factsOf }: ReturnType<typeof aCall>) => factsOf('problem').map(({ code }) => code);

describe('an answer that does not come', () => {
  it('T7: is made up for by a sign within five seconds, one more try, an apology, and then the carrier’s words', () => {
    const call = story();
    turn(call);
    call.clock.advance(5_000);
    expect(call.sent.filter((entry) => entry.startsWith('play'))).toEqual(['play 280 ms']); // two notes of ours

    call.clock.advance(1_500);
    expect(call.model.wants).toEqual(['caller_turn']);
    call.clock.advance(6_000);
    expect(call.model.wants).toEqual(['caller_turn', 'apology']);
    call.clock.advance(6_000);

    expect(call.endReason()).toBe('model_lost');
    expect(call.sent).not.toContain('hang up'); // the phone is left to the carrier, which says sorry
    expect(codes(call)).toEqual(['answer_asked_again', 'answer_given_up', 'model_gives_no_answer']);
  });

  it('T7: is asked for again, and cancelled first, when it has begun without a word', () => {
    const call = story();
    turn(call);
    call.model.starts('r1');
    call.clock.advance(6_300);

    expect(talk(call.sent)).toEqual(['cancel r1', 'respond caller_turn']);
    call.model.says('here it is', { ms: 1_000, response: 'r2', want: 'caller_turn', code: 0x22 });
    call.clock.advance(1_100);
    expect(call.phone.heardMs(0x22)).toBe(1_000);
    call.clock.advance(15_000);
    expect(call.endReason()).toBeNull();
  });

  it('T7: is asked for again when it stops in mid-sentence, and the model knows what was heard of it', () => {
    const call = story();
    turn(call);
    call.model.starts('r1');
    call.model.delta('half', 0x11, 800);
    call.clock.advance(7_500);

    expect(talk(call.sent)).toEqual(['cancel r1', 'truncate half at 800 ms', 'respond caller_turn']);
    expect(call.factsOf('interrupted')).toEqual([]); // nobody did
  });

  it('B2: is cut at what was heard of it, also by a caller who speaks into the sign that it goes on', () => {
    const call = story();
    turn(call);
    call.model.starts('r1');
    call.model.delta('half', 0x11, 800);
    call.clock.advance(5_000); // 800 ms of speech, four seconds of nothing, and then the two notes
    call.model.delta('half', 0x11, 600);
    call.clock.advance(100);
    call.model.hearsSpeech();
    call.clock.advance(1_000);

    const heardMs = call.phone.heardMs(0x11);
    expect(heardMs).toBeLessThan(1_400);
    expect(call.sent.at(-1)).toBe(`truncate half at ${heardMs} ms`);
  });

  it.each(['failed', 'incomplete'] as const)(
    'T7: is asked for again once when it comes back %s, and then apologised for',
    (outcome) => {
      const call = story();
      turn(call);
      for (const [response, requestId] of [
        ['r1', null],
        ['r2', 'caller_turn'],
      ] as const) {
        call.model.starts(response, requestId);
        call.model.tell({ type: 'response_done', responseId: response, outcome, usage: null });
        call.clock.advance(1_200);
      }

      expect(call.model.wants).toEqual(['caller_turn', 'apology']);
      call.model.says('sorry', { ms: 800, response: 'r3', want: 'apology' });
      call.clock.advance(15_000);
      expect(call.model.wants).toEqual(['caller_turn', 'apology']);
      expect(call.endReason()).toBeNull();
    },
  );

  it('T7: goes on with what it had to say when it was cut short, and does not say sorry for it', () => {
    const call = story();
    turn(call);
    for (const [response, requestId] of [
      ['r1', null],
      ['r2', 'caller_turn'],
    ] as const) {
      call.model.starts(response, requestId);
      call.model.delta('long', 0x11, 2_000, response);
      call.model.tell({ type: 'response_done', responseId: response, outcome: 'incomplete', usage: null });
      call.clock.advance(3_000);
    }
    call.clock.advance(5_000);

    expect(call.model.wants).toEqual(['caller_turn']);
  });

  it('T7: leaves a model that is slow, but comes, in peace', () => {
    const call = story();
    turn(call);
    call.clock.advance(5_800);
    call.model.says('well', { ms: 1_000 });
    call.clock.advance(10_000);

    expect(call.model.wants).toEqual([]);
  });
});

describe('an answer of the model’s own that does not come', () => {
  it('T7: is not made up for with what was said before', () => {
    const call = story({ plan: { greeting: { kind: 'exactly', text: 'Good day.' } } });
    call.model.says('good day', { ms: 800, want: 'greeting' });
    call.clock.advance(1_000);
    turn(call);
    call.clock.advance(6_300);

    expect(call.model.wants).toEqual(['greeting', 'caller_turn']);
  });
});

describe('an answer of the model’s own after one whose end got lost', () => {
  it('T7: is not made up for with that', () => {
    const call = story({ plan: { greeting: { kind: 'exactly', text: 'Good day.' } } });
    call.model.starts('r1', 'greeting');
    call.model.delta('good day', 0x11, 800);
    call.model.tell({ type: 'audio_done', part: { responseId: 'r1', itemId: 'good day', contentIndex: 0 } });
    call.clock.advance(1_000);
    turn(call);
    call.clock.advance(6_300);

    expect(call.model.wants).toEqual(['greeting', 'caller_turn']);
  });
});

describe('an answer whose end gets lost', () => {
  const endless = () => {
    const call = story();
    call.model.starts('r1');
    call.model.delta('hours', 0x11, 1_000);
    call.model.tell({ type: 'audio_done', part: { responseId: 'r1', itemId: 'hours', contentIndex: 0 } });
    call.clock.advance(1_000);
    return call;
  };

  it('T6: does not keep the agent from asking whether anyone is there', () => {
    const call = endless();

    call.clock.advance(22_000);

    expect(call.model.wants).toEqual(['silence_check']);
  });

  it('T5: does not keep keys waiting', () => {
    const call = endless();
    for (const digit of '47#') call.phone.tell({ type: 'digit', digit });

    call.clock.advance(1_200);

    expect(call.model.wants).toEqual(['caller_turn']);
  });
});

describe('a turn whose end gets lost', () => {
  const frame = (atMs: number) => ({ type: 'audio', audio: new Uint8Array(160).fill(0xff), atMs }) as const;
  const listen = (call: ReturnType<typeof aCall>, ms: number) => {
    for (let at = 0; at < ms; at += 20) {
      call.phone.tell(frame(at));
      call.clock.advance(20);
    }
  };

  it('is over when nothing has been heard of the caller for longer than any pause', () => {
    const call = story();
    call.model.hearsSpeech();
    listen(call, 3_700);

    expect(call.model.wants).toEqual(['caller_turn']);
    expect(codes(call)).toEqual(['turn_end_lost']);
  });

  it('is over when the model answers it', () => {
    const call = story();
    call.model.hearsSpeech();
    call.model.says('nine to six', { ms: 1_000 });
    listen(call, 22_500);

    expect(call.factsOf('caller_stopped_speaking')).toHaveLength(1);
    expect(call.model.wants).toEqual(['silence_check']);
  });

  it.each([
    ['is committed', 0x10, ['discard', 'commit', 'respond caller_turn']],
    ['is answered, too,', 0xff, ['discard', 'respond caller_turn']],
  ] as const)('%s where keys begin and end it, and what was said in it was that', (_what, code, told) => {
    const call = aCall({
      plan: { turnDetection: { type: 'manual' } },
      capabilities: { answersTurns: false, yieldsToSpeech: false },
    });
    call.phone.tell({ type: 'digit', digit: '*' });
    call.phone.tell({ type: 'audio', audio: new Uint8Array(1_600).fill(code), atMs: 0 });
    listen(call, 11_000);

    expect(talk(call.sent)).toEqual(told);
  });
});

describe('a model that only ever asks for tools', () => {
  it('T7 X10: gets one answer without tools, then an apology, and is given up', async () => {
    const clock = new TestClock();
    const look = defineTool({
      name: 'look_up',
      description: 'Looks.',
      parameters: NOTHING,
      run: () => 'nothing',
    });
    const log = { info() {}, warn() {}, error() {} };
    const toolbox = createToolbox([inProcess([look])], {
      clock,
      log,
      transferTargets: new Set(),
      secrets: [],
    });
    const call = story({ plan: { toolbox } });
    let granted = 0;
    turn(call);
    call.model.starts('r0');
    call.model.calls(['c0'], 'r0');

    for (let round = 1; call.endReason() === null && round < 400; round += 1) {
      for (let i = 0; i < 5; i += 1) await settled();
      const request = call.model.asked[granted];
      if (request) {
        granted += 1;
        call.model.starts(`r${round}`, request);
        call.model.calls([`c${round}`], `r${round}`);
      }
      call.clock.advance(100);
    }

    expect(call.model.asked.map((each) => [each.purpose, each.withoutTools ?? false])).toEqual([
      ...Array.from({ length: 8 }, () => ['tool_results', false]),
      ['tool_results', true],
      ['apology', true],
    ]);
    expect(call.endReason()).toBe('model_lost');
  });
});
