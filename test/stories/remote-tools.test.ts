import { describe, expect, it } from 'vitest';
import type { RemoteCall } from '../../src/ports/session.ts';
import { aCall, type CallOptions } from '../support/a-call.ts';
import { ToolboxSpy } from '../support/a-toolbox.ts';

const call = (callId: string, responseId = 'r1'): RemoteCall => ({
  callId,
  responseId,
  server: 'crm',
  name: 'find',
  arguments: '{"order":"A7"}',
});
const talk = (sent: readonly string[]) => sent.filter((entry) => !/^(play|mark)/.test(entry));

/** A call on which the model has put one question to a server of tools, and waits for it. */
const waiting = (options: CallOptions = {}) => {
  const story = aCall(options);
  const { model } = story;
  const ends = (responseId: string) =>
    model.tell({ type: 'response_done', responseId, outcome: 'completed', usage: null });
  const begins = (callId: string, responseId = 'r1') =>
    model.tell({ type: 'remote_call', call: call(callId, responseId) });
  const returns = (callId: string, result: 'ok' | 'failed' = 'ok') =>
    model.tell({ type: 'remote_call_done', callId, result, output: 'shipped' });
  model.starts('r1');
  begins('m1');
  ends('r1');
  return { ...story, ends, begins, returns };
};

describe('tools that the model’s own side calls', () => {
  it('asks the model to go on, once, when the call is back', () => {
    const { sent, clock, returns } = waiting();
    clock.advance(500);

    returns('m1');
    returns('m1');
    clock.advance(5_000);

    expect(talk(sent)).toEqual(['respond tool_results']);
  });

  it('asks when the last call of an answer is back, also one that failed, and behind the answer that runs', () => {
    const { model, sent, ends, begins, returns } = waiting();
    begins('m2');
    model.starts('r2', null);

    returns('m2', 'failed');
    returns('m1');
    const whileItRuns = talk(sent);
    ends('r2');

    expect(whileItRuns).toEqual([]);
    expect(talk(sent)).toEqual(['respond tool_results']);
  });

  it('asks for nothing when the caller’s new turn is answered by an answer that knows it all', () => {
    const { model, sent, clock, ends, returns } = waiting();
    model.hearsSpeech();
    returns('m1');
    const whileTheySpeak = talk(sent);

    model.hearsPause();
    model.starts('r2');
    ends('r2');
    clock.advance(5_000);

    expect([whileTheySpeak, talk(sent)]).toEqual([[], []]);
  });

  it('says something to a caller who has waited for more than a second', () => {
    const { model, sent, clock, ends, returns } = waiting();
    clock.advance(1_100);
    const soon = talk(sent);
    clock.advance(200);
    model.starts('r2', 'filler');
    model.delta('filler', 0x11, 800, 'r2');
    ends('r2');
    clock.advance(3_000);
    returns('m1');

    expect([soon, talk(sent)]).toEqual([[], ['respond filler', 'respond tool_results']]);
  });

  it('asks no model for a word without end that looks something up instead of saying it', () => {
    const { model, sent, clock, ends, begins } = waiting();

    for (let n = 2; n <= 12; n++) {
      clock.advance(1_300);
      model.starts(`r${n}`, 'filler');
      begins(`m${n}`, `r${n}`);
      ends(`r${n}`);
    }

    expect(talk(sent)).toEqual(['respond filler', 'respond filler', 'respond filler']);
  });

  it('keeps what was called, with what, how it went and how long it took', () => {
    const { factsOf, clock, returns } = waiting();
    clock.advance(700);
    returns('m1', 'failed');

    expect(factsOf('tool_called')).toMatchObject([
      { toolCallId: 'm1', name: 'crm_find', server: 'crm', arguments: '{"order":"A7"}' },
    ]);
    expect(factsOf('tool_returned')).toMatchObject([
      { toolCallId: 'm1', name: 'crm_find', result: 'failed', tookMs: 700, output: 'shipped' },
    ]);
  });

  it('waits for no call that never comes back', () => {
    const { factsOf, model, sent, clock, ends, returns } = waiting();
    clock.advance(1_300);
    model.starts('r2', 'filler');
    ends('r2');

    clock.advance(19_000);
    returns('m1');

    expect(factsOf('tool_returned')).toMatchObject([{ result: 'timed_out' }]);
    expect(factsOf('problem')).toMatchObject([{ code: 'remote_tool_timed_out' }]);
    expect(talk(sent)).toEqual(['respond filler', 'respond tool_results']);
  });

  it('waits for no call of an answer that the caller cut short', () => {
    const { model, sent, clock, factsOf, begins, returns } = waiting();
    returns('m1');
    model.starts('r2', 'tool_results');
    begins('m2', 'r2');
    model.hearsSpeech();
    model.tell({ type: 'response_done', responseId: 'r2', outcome: 'cancelled', usage: null });
    returns('m2');
    clock.advance(30_000);

    expect(factsOf('tool_returned')).toMatchObject([
      { toolCallId: 'm1' },
      { toolCallId: 'm2', result: 'failed' },
    ]);
    expect(talk(sent)).toEqual(['respond tool_results']);
  });

  it('has a model that goes in circles answer without tools', () => {
    const { model, begins, returns, ends } = waiting();
    returns('m1');

    for (let round = 1; round <= 8; round++) {
      model.starts(`a${round}`, 'tool_results');
      begins(`c${round}`, `a${round}`);
      ends(`a${round}`);
      returns(`c${round}`);
    }

    expect(model.asked.map(({ withoutTools }) => withoutTools ?? false)).toEqual([
      ...Array.from({ length: 8 }, () => false),
      true,
    ]);
  });

  it.each([
    ['each of another answer', (round: number) => `a${round}`],
    ['all of the same', () => 'a'],
    ['of none at all', () => ''],
  ])('loses a model that calls without end, whichever answer it says they are of: %s', (_how, idOf) => {
    const { model, clock, begins, returns, ends, endReason } = waiting();
    let granted = 0;
    returns('m1');

    for (let round = 1; round <= 100 && endReason() === null; round++) {
      clock.advance(1_000);
      const request = model.asked[granted];
      if (!request) continue;
      granted += 1;
      model.starts(`a${round}`, request);
      begins(`c${round}`, idOf(round));
      returns(`c${round}`);
      ends(`a${round}`);
    }

    expect(endReason()).toBe('model_lost');
    const withoutTools = model.asked.filter((request) => request.withoutTools);
    expect([model.asked.length, withoutTools.length]).toEqual([10, 2]); // at last for an apology
  });

  it('counts calls of one answer for one round, though each is back before the next one is made', () => {
    const { model, ends, begins, returns } = waiting();
    model.starts('r2');
    for (let call = 1; call <= 20; call++) {
      begins(`c${call}`, 'r2');
      returns(`c${call}`);
    }
    returns('m1');
    ends('r2');

    expect(model.wants).toEqual(['tool_results']);
  });

  it('are over with the call, and the record says so before its end', () => {
    const { facts, factsOf, phone, clock } = waiting();
    clock.advance(300);

    phone.tell({ type: 'gone', reason: 'hung_up' });

    expect(factsOf('tool_returned')).toMatchObject([
      { toolCallId: 'm1', result: 'call_ended', tookMs: 300, output: '' },
    ]);
    expect(facts.at(-1)).toMatchObject({ type: 'ended', reason: 'caller_hung_up' });
    expect(clock.timers).toBe(0);
  });
});

describe('a caller who waits for a tool of ours and one of the model’s side', () => {
  const both = () => {
    const toolbox = new ToolboxSpy();
    const story = waiting({ plan: { toolbox } });
    story.model.starts('r2', null);
    story.model.calls(['c1'], 'r2');
    const { model, ends } = story;
    const saysFiller = () => {
      model.starts('f', 'filler');
      model.delta('filler', 0x11, 800, 'f');
      ends('f');
    };
    return { ...story, toolbox, saysFiller };
  };

  it('is told once that it takes a moment', () => {
    const { sent, clock, saysFiller } = both();
    clock.advance(1_300);
    const first = talk(sent);
    saysFiller();
    clock.advance(3_000);

    expect([first, talk(sent)]).toEqual([['respond filler'], ['respond filler']]);
  });

  it('is still told so when the one that was to be spoken of is back first', async () => {
    const { sent, clock, model, returns, ends } = both();
    model.starts('r3', null);
    clock.advance(1_300);
    returns('m1');
    ends('r3');
    clock.advance(100);

    expect(talk(sent)).toEqual(['respond tool_results']);
    model.starts('r4', 'tool_results');
    ends('r4');
    clock.advance(1_300);

    expect(talk(sent)).toEqual(['respond tool_results', 'respond filler']);
  });

  it('is left in peace where what we do is not to be talked over', async () => {
    const { sent, clock, toolbox } = both();
    toolbox.filler = null;
    clock.advance(3_000);
    const meanwhile = talk(sent);
    await toolbox.answers('c1');

    expect([meanwhile, talk(sent)]).toEqual([[], ['output c1', 'respond tool_results']]);
  });

  it('is told again of what was begun after they were told', async () => {
    const { sent, clock, model, begins, ends, saysFiller, toolbox } = both();
    clock.advance(1_300);
    saysFiller();
    clock.advance(1_000);
    model.starts('r5', null);
    begins('m2', 'r5');
    ends('r5');
    clock.advance(1_300);

    expect(talk(sent)).toEqual(['respond filler', 'respond filler']);
    expect(toolbox.asked).toHaveLength(1);
  });
});
