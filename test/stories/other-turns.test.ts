import { describe, expect, it } from 'vitest';
import { runTool } from '../../src/testing/index.ts';
import { builtInTools } from '../../src/tools/built-in/index.ts';
import { aCall } from '../support/a-call.ts';
import { ToolboxSpy } from '../support/a-toolbox.ts';
import { TestClock } from '../support/test-clock.ts';

describe('turns that are not spoken', () => {
  it('an operator’s note reaches the model, the record, and not the caller', () => {
    const { call, model, sent, factsOf, clock } = aCall();

    call.control.inform('She is a regular: be generous.', false);
    clock.advance(5_000);

    expect(model.added).toEqual([{ type: 'text', from: 'house', text: 'She is a regular: be generous.' }]);
    expect(factsOf('told')).toMatchObject([{ by: 'operator', text: 'She is a regular: be generous.' }]);
    expect(sent).toEqual(['add text']);
  });

  it('a picture is put before the model, which speaks of it', () => {
    const { call, model, factsOf } = aCall();

    call.show(Uint8Array.of(1, 2, 3), 'image/png');

    expect(model.added).toEqual([{ type: 'image', dataUrl: 'data:image/png;base64,AQID' }]);
    expect(model.wants).toEqual(['caller_turn']);
    expect(factsOf('shown')).toMatchObject([{ mediaType: 'image/png', bytes: 3 }]);
  });

  it('what the caller writes is answered, in writing where the agent writes', () => {
    const { call, model, factsOf } = aCall({ plan: { output: 'text' } });

    call.read('When are you open?');
    model.starts('r1', 'caller_turn');
    const part = { responseId: 'r1', itemId: 'i1', contentIndex: 0 };
    model.tell({ type: 'writing', part, text: 'Nine ' });
    model.tell({ type: 'writing', part, text: 'to six.' });
    model.tell({ type: 'response_done', responseId: 'r1', outcome: 'completed', usage: null });

    expect(factsOf('caller_said')).toMatchObject([{ text: 'When are you open?' }]);
    expect(factsOf('agent_wrote')).toMatchObject([{ text: 'Nine to six.' }]);
    expect(call.awaitsCaller).toBe(true);
  });

  it('F3: an operator, too, connects callers with listed targets only', () => {
    const { call, factsOf } = aCall();

    expect(call.control.transfer('+19005550100')).toMatchObject({ ok: false });
    expect(factsOf('transfer')).toEqual([]);
  });
});

describe('a recording', () => {
  const tapped = (recording: 'at_once' | 'when_agreed' | 'never', toolbox = new ToolboxSpy()) => {
    const heard: string[] = [];
    const note = (what: string) => () => void heard.push(what);
    const tap = {
      start: note('start'),
      callerHeard() {},
      agentPlayed() {},
      agentCleared() {},
      agentMarked() {},
      markReturned() {},
      wantsMarks: false,
      pause: note('pause'),
      resume: note('resume'),
      end: note('end'),
    };
    return { heard, ...aCall({ plan: { recording, toolbox }, tap }) };
  };

  it('begins with the call where it is announced, and never where it is off', () => {
    expect(tapped('at_once').heard).toEqual(['start']);
    expect(tapped('never').heard).toEqual([]);
    expect(tapped('at_once').factsOf('recording')).toMatchObject([{ state: 'started' }]);
  });

  it('F7: keeps nothing of a caller who has not been asked yet', () => {
    const { heard, factsOf } = tapped('when_agreed');

    expect(heard).toEqual([]);
    expect(factsOf('recording')).toEqual([]);
  });

  it('F7: begins when the caller agrees, pauses, and goes on', () => {
    const toolbox = new ToolboxSpy();
    const { heard, factsOf } = tapped('when_agreed', toolbox);

    toolbox.control?.resumeRecording();
    toolbox.control?.pauseRecording();
    toolbox.control?.resumeRecording();

    expect(heard).toEqual(['start', 'pause', 'resume']);
    expect(factsOf('recording')).toMatchObject([
      { state: 'started' },
      { state: 'paused' },
      { state: 'resumed' },
    ]);
  });

  it('F7: keeps nothing of a caller who has said no', () => {
    const toolbox = new ToolboxSpy();
    const { heard, factsOf } = tapped('when_agreed', toolbox);

    toolbox.control?.pauseRecording();
    toolbox.control?.resumeRecording();

    expect(heard).toEqual([]);
    expect(factsOf('recording')).toMatchObject([{ state: 'declined' }]);
  });
});

describe('an agent that asks before it records', () => {
  it('F7: has a tool to note the answer with', async () => {
    const [tool] = builtInTools({ can: [], transferTargets: {}, recording: 'ask' }, new TestClock());
    if (!tool) throw new Error('There is no such tool.');

    expect(await runTool(tool, { agreed: true })).toMatchObject({
      result: 'ok',
      asked: ['resume recording'],
    });
    expect(await runTool(tool, { agreed: false })).toMatchObject({
      result: 'ok',
      asked: ['pause recording'],
    });
  });
});
