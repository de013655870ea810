import { describe, expect, it } from 'vitest';
import { aCall } from '../support/a-call.ts';
import { ToolboxSpy } from '../support/a-toolbox.ts';

const press = (phone: ReturnType<typeof aCall>['phone'], keys: string) => {
  for (const digit of keys) phone.tell({ type: 'digit', digit });
};

describe('keys', () => {
  it('T5: become one item per entry, and are answered', () => {
    const { phone, model, clock, factsOf } = aCall();
    press(phone, '4711#');
    clock.advance(100);

    expect(model.added).toEqual([
      { type: 'text', from: 'caller', text: '(The caller pressed the keys 4711.)' },
    ]);
    expect(model.wants).toEqual(['caller_turn']);
    expect(factsOf('digits')).toMatchObject([{ digits: '4711' }]);
  });

  it('are none where only the end of them is pressed, and the record has none', () => {
    const { phone, model, factsOf } = aCall();
    press(phone, '#');

    expect(factsOf('digits')).toEqual([]);
    expect(model.wants).toEqual([]);
  });

  it('come away empty for the tool that waits for them when the call is over', async () => {
    const toolbox = new ToolboxSpy();
    const { phone } = aCall({ plan: { toolbox } });
    const keys = toolbox.control?.collectDigits({
      most: 4,
      terminator: '#',
      pauseMs: 3_000,
      isSecret: false,
    });
    phone.tell({ type: 'gone', reason: 'hung_up' });

    expect(await keys).toBeNull();
  });

  it('T5: belong together until there is a pause', () => {
    const { phone, model, clock } = aCall();
    press(phone, '47');
    clock.advance(2_000);
    press(phone, '11');
    clock.advance(2_400);
    expect(model.added).toEqual([]);

    clock.advance(200);

    expect(model.added).toMatchObject([{ text: expect.stringContaining('4711') }]);
  });

  it('T5: go to the tool that waits for them, and stay out of the record where they are secret', async () => {
    const toolbox = new ToolboxSpy();
    const { phone, model, facts } = aCall({ plan: { toolbox } });
    const keys = toolbox.control?.collectDigits({ most: 4, terminator: '#', pauseMs: 3_000, isSecret: true });

    press(phone, '4711');

    expect(await keys).toBe('4711');
    expect(model.added).toEqual([]);
    expect(JSON.stringify(facts)).not.toContain('4711');
    expect(facts.filter(({ type }) => type === 'digits')).toMatchObject([{ digits: '****' }]);
  });

  it('T5: a tool that waits for keys nobody presses comes away empty', async () => {
    const toolbox = new ToolboxSpy();
    const { clock } = aCall({ plan: { toolbox } });
    const keys = toolbox.control?.collectDigits({
      most: 4,
      terminator: '#',
      pauseMs: 3_000,
      isSecret: false,
    });

    clock.advance(15_100);

    expect(await keys).toBeNull();
  });

  it('begin and end a turn where the model does not notice turns by itself', () => {
    const { phone, model, sent } = aCall({
      plan: { turnDetection: { type: 'manual' } },
      capabilities: { answersTurns: false, yieldsToSpeech: false },
    });
    press(phone, '*');
    press(phone, '#');

    expect(sent).toEqual(['discard', 'commit', 'respond caller_turn']);
    expect(model.added).toEqual([]);
  });
});

describe('silence', () => {
  const silence = { askAfterMs: 8_000, goodbyeAfterMs: 20_000 };

  it('T6: asks whether anyone is there, then says goodbye and hangs up', () => {
    const { model, clock, endReason } = aCall({ plan: { silence } });
    clock.advance(8_100);
    expect(model.wants).toEqual(['silence_check']);

    model.says('are you there', { ms: 1_000, want: 'silence_check' });
    clock.advance(12_000);
    expect(model.wants).toEqual(['silence_check']);
    clock.advance(1_200);
    expect(model.wants).toEqual(['silence_check', 'goodbye']);

    model.starts('r2', 'goodbye');
    model.delta('goodbye', 0x22, 1_000, 'r2');
    model.tell({ type: 'response_done', responseId: 'r2', outcome: 'completed', usage: null });
    expect(endReason()).toBeNull();
    clock.advance(1_200);

    expect(endReason()).toBe('caller_silent');
  });

  it('T6: does not count the time in which the agent speaks, nor anything before a sign of the caller’s', () => {
    const { model, clock } = aCall({ plan: { silence } });
    model.says('a long story', { ms: 30_000 });
    clock.advance(30_000);
    clock.advance(7_000);
    model.hearsSpeech();
    clock.advance(1_000);
    model.hearsPause();
    model.says('an answer', { ms: 500, response: 'r2' });
    clock.advance(8_000);

    expect(model.wants).toEqual([]);
  });

  it('T6: announces the end of a call that has been long enough, and ends it', () => {
    const { model, clock, endReason } = aCall({ plan: { maxDurationMs: 60_000 } });
    clock.advance(29_900);
    expect(model.wants).toEqual([]);
    clock.advance(200);
    expect(model.wants).toEqual(['goodbye']);
    model.says('half a minute', { ms: 1_000, want: 'goodbye' });

    clock.advance(30_000);
    expect(model.wants).toEqual(['goodbye', 'goodbye']);
    clock.advance(10_100);

    expect(endReason()).toBe('too_long');
  });
});
