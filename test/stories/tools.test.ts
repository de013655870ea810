import { describe, expect, it } from 'vitest';
import { aCall } from '../support/a-call.ts';
import { settled, ToolboxSpy } from '../support/a-toolbox.ts';

const withTools = () => {
  const toolbox = new ToolboxSpy();
  return { toolbox, ...aCall({ plan: { toolbox } }) };
};
const talk = (sent: readonly string[]) => sent.filter((entry) => !/^(play|mark)/.test(entry));

describe('what the model asks to be done', () => {
  it('L3: runs ten calls of one answer side by side, answers in order, and asks for one answer', async () => {
    const { toolbox, model, sent } = withTools();
    const names = Array.from({ length: 10 }, (_, i) => `c${i}`);
    model.starts('r1');
    model.calls(names);
    expect(toolbox.asked.map(({ callId }) => callId)).toEqual(names);

    for (const name of names.toReversed()) await toolbox.answers(name);

    expect(talk(sent)).toEqual([...names.map((name) => `output ${name}`), 'respond tool_results']);
  });

  it('L3: runs nothing before the answer is complete, and nothing of one that was cut', async () => {
    const { toolbox, model, sent } = withTools();
    model.starts('r1');
    model.calls(['c1'], 'r1', 'cancelled');
    await settled();

    expect(toolbox.asked).toEqual([]);
    expect(talk(sent)).toEqual(['output c1']);
    expect(model.added).toMatchObject([{ type: 'tool_output', output: expect.stringContaining('Not done') }]);
  });

  it('L2: says something to a caller who has waited for more than a second, and then what it found', async () => {
    const { toolbox, model, sent, clock } = withTools();
    model.starts('r1');
    model.calls(['c1']);
    clock.advance(1_100);
    expect(talk(sent)).toEqual([]);

    clock.advance(200);
    expect(talk(sent)).toEqual(['respond filler']);
    model.starts('r2', 'filler');
    model.delta('filler', 0x11, 800, 'r2');
    model.tell({ type: 'response_done', responseId: 'r2', outcome: 'completed', usage: null });
    await toolbox.answers('c1');

    expect(talk(sent)).toEqual(['respond filler', 'output c1', 'respond tool_results']);
  });

  it('L2: says nothing in between when the tool was quick, or the agent still speaks', async () => {
    const { toolbox, model, sent, clock } = withTools();
    model.starts('r1');
    model.delta('let me see', 0x11, 3_000);
    model.calls(['c1']);
    clock.advance(2_900);
    await toolbox.answers('c1');
    clock.advance(5_000);

    expect(talk(sent)).toEqual(['output c1', 'respond tool_results']);
  });

  it('T4: a result that comes after the caller has cut in does not talk over them', async () => {
    const { toolbox, model, sent, clock } = withTools();
    model.starts('r1');
    model.calls(['c1']);
    model.hearsSpeech();
    await toolbox.answers('c1');
    clock.advance(3_000);
    expect(talk(sent)).toEqual(['output c1']);

    model.takesOutputs('c1');
    model.hearsPause();
    model.starts('r2'); // the model's own answer to the caller's turn knows the result
    model.tell({ type: 'response_done', responseId: 'r2', outcome: 'completed', usage: null });
    clock.advance(20_000);

    expect(talk(sent)).toEqual(['output c1']);
  });

  it('T3: asks again after an answer of the model’s own that began before it knew the result', async () => {
    const { toolbox, model, sent, clock } = withTools();
    model.starts('r1');
    model.calls(['c1']);
    model.hearsSpeech();
    await toolbox.answers('c1');
    model.hearsPause();
    model.starts('r2');
    model.takesOutputs('c1');
    clock.advance(100);
    expect(talk(sent)).toEqual(['output c1']);

    model.tell({ type: 'response_done', responseId: 'r2', outcome: 'completed', usage: null });

    expect(talk(sent)).toEqual(['output c1', 'respond tool_results']);
  });

  it('L2: hands on that the caller has hung up', () => {
    const { toolbox, model, phone } = withTools();
    model.starts('r1');
    model.calls(['c1']);

    phone.tell({ type: 'gone', reason: 'hung_up' });

    expect(toolbox.isClosed).toBe(true);
  });

  it('X7: a result that comes after the call is over changes nothing', async () => {
    const { toolbox, model, phone, sent, crashes } = withTools();
    model.starts('r1');
    model.calls(['c1']);
    phone.tell({ type: 'gone', reason: 'hung_up' });
    const before = [...sent];

    await toolbox.answers('c1');

    expect(sent).toEqual(before);
    expect(crashes).toEqual([]);
  });
});

describe('leaving', () => {
  const goodbye = async (asked: Promise<unknown> | undefined = undefined) => {
    const story = withTools();
    story.model.starts('r1');
    story.model.delta('goodbye', 0x11, 2_000);
    story.model.calls(['c1']);
    story.toolbox.control?.hangUp();
    await story.toolbox.answers('c1', { wantsAnswer: false });
    await asked;
    return story;
  };

  it('L4: hangs up when the goodbye was heard, and not before', async () => {
    const { sent, clock, endReason } = await goodbye();
    clock.advance(1_900);
    expect(endReason()).toBeNull();

    clock.advance(200);

    expect(endReason()).toBe('agent_hung_up');
    expect(talk(sent)).toEqual(['output c1', 'hang up']);
  });

  it('L4: has a goodbye said first when there was none', async () => {
    const { toolbox, model, sent, clock, endReason } = withTools();
    model.starts('r1');
    model.calls(['c1']);
    toolbox.control?.hangUp();
    await toolbox.answers('c1', { wantsAnswer: false });
    expect(talk(sent)).toEqual(['output c1', 'respond tool_results']);

    model.starts('r2', 'tool_results');
    model.delta('goodbye', 0x11, 1_000, 'r2');
    model.tell({ type: 'response_done', responseId: 'r2', outcome: 'completed', usage: null });
    clock.advance(900);
    expect(endReason()).toBeNull();
    clock.advance(300);

    expect(endReason()).toBe('agent_hung_up');
  });

  it('L4: stays when the caller cuts into the goodbye, and tells the model so', async () => {
    const { model, clock, endReason } = await goodbye();
    clock.advance(800);
    model.hearsSpeech();
    clock.advance(15_000);

    expect(endReason()).toBeNull();
    expect(model.added.at(-1)).toMatchObject({ from: 'house', text: expect.stringContaining('goes on') });
  });

  it('L4: waits ten seconds for a goodbye that does not end, and no longer', async () => {
    const { model, clock, endReason } = await goodbye();
    model.starts('r2');
    model.delta('endless', 0x22, 60_000, 'r2');
    clock.advance(9_800);
    expect(endReason()).toBeNull();

    clock.advance(300);

    expect(endReason()).toBe('agent_hung_up');
  });
});

describe('a transfer', () => {
  const asked = () => {
    const toolbox = new ToolboxSpy();
    const story = aCall({ plan: { toolbox, transferTargets: { workshop: { number: '+441632960001' } } } });
    story.model.starts('r1');
    story.model.delta('one moment', 0x11, 1_000);
    story.model.tell({ type: 'response_done', responseId: 'r1', outcome: 'completed', usage: null });
    return { toolbox, ...story };
  };

  it('L4: dials a target the owner has named, once the announcement was heard', () => {
    const { toolbox, sent, clock, call, endReason } = asked();
    expect(toolbox.control?.transfer('workshop')).toEqual({ ok: true });
    clock.advance(900);
    expect(talk(sent)).toEqual([]);
    clock.advance(200);
    expect(talk(sent)).toEqual(['dial +441632960001']);

    expect(call.returned('completed')).toBe(false);

    expect(endReason()).toBe('transferred');
  });

  it.each([
    '+19005550100',
    'tel:+441632960999',
    'sip:control@example.com',
    'Workshop',
    ' workshop',
    '__proto__',
    'constructor',
    '+441632960001',
    '',
  ])('F3: dials nobody for %j', (target) => {
    const { toolbox, sent, clock } = asked();

    expect(toolbox.control?.transfer(target)).toMatchObject({ ok: false });
    clock.advance(20_000);

    expect(talk(sent)).toEqual([]);
  });

  it.each(['busy', 'no_answer', 'failed'] as const)(
    'O3: brings the caller back to the agent when the other end is %s',
    (outcome) => {
      const { toolbox, model, phone, clock, call, endReason } = asked();
      toolbox.control?.transfer('workshop');
      clock.advance(1_200);
      phone.tell({ type: 'gone', reason: 'hung_up' });
      expect(endReason()).toBeNull();

      expect(call.returned(outcome)).toBe(true);
      const second = aCall({ begins: 'ringing' }).phone;
      expect(call.connect(second)).toBe(true);

      expect(model.added.at(-1)).toMatchObject({ from: 'house', text: expect.stringContaining('workshop') });
      expect(model.wants).toEqual(['operator']);
    },
  );

  it('O3: keeps the caller when the carrier will not dial', async () => {
    const { toolbox, model, phoneCall, clock, endReason } = asked();
    phoneCall.answer = 'refused';
    toolbox.control?.transfer('workshop');
    clock.advance(1_200);
    await settled();

    expect(endReason()).toBeNull();
    expect(model.wants).toEqual(['operator']);
  });

  it('stays with the agent when the caller says something before it is dialled', () => {
    const { toolbox, model, sent, clock } = asked();
    toolbox.control?.transfer('workshop');
    clock.advance(500);

    model.hearsSpeech();
    model.hearsPause();
    clock.advance(20_000);

    expect(talk(sent).filter((entry) => entry.startsWith('dial'))).toEqual([]);
  });
});
