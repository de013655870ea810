import { describe, expect, it } from 'vitest';
import { recall } from '../../../src/call/recall.ts';
import type { CallFact } from '../../../src/ports/facts.ts';
import { eventsOf, rang } from '../../support/logged-calls.ts';

/** After these, one each 100 ms. */
const following = (...facts: readonly CallFact[]) =>
  recall(eventsOf(facts.map((fact, at) => [at * 100, fact] as const)));

const asked: CallFact = { type: 'silence_prompted' };
const called: CallFact = { type: 'tool_called', toolCallId: 't1', name: 'look', arguments: '{}' };
const transfer = (state: 'announced' | 'dialled' | 'connected' | 'came_back'): CallFact => ({
  type: 'transfer',
  target: 'desk',
  state,
});

describe('what is so on a call, after each thing that happens', () => {
  it('is that nobody is asked any more whether they are there, once they give a sign or come back', () => {
    expect(following(rang(), asked).silencePromptedMs).toBe(100);
    expect(following(rang(), asked, { type: 'caller_started_speaking' }).silencePromptedMs).toBeNull();
    expect(following(rang(), asked, transfer('came_back')).silencePromptedMs).toBeNull();
    expect(following(rang(), asked, transfer('dialled')).silencePromptedMs).toBe(100);
  });

  it('is over for good once it has ended, unless the phone rings again', () => {
    const ended: CallFact = { type: 'ended', reason: 'caller_hung_up' };

    expect(following(rang(), ended, called).doing).toBe('over');
    expect(following(rang(), ended, rang()).doing).toBe('ringing');
  });

  it('is a recording that goes on where it was resumed', () => {
    const states = ['started', 'paused', 'resumed'] as const;
    const facts = states.map((state): CallFact => ({ type: 'recording', state }));

    expect(facts.map((_, n) => following(rang(), ...facts.slice(0, n + 1)).recording)).toEqual([
      'started',
      'paused',
      'started',
    ]);
  });

  it('closes every line at the end, and moves the end of none that was closed before', () => {
    const { legs } = following(
      rang(),
      { type: 'answered' },
      { type: 'leg_left' },
      { type: 'leg_left' },
      { type: 'ended', reason: 'caller_hung_up' },
    );

    expect(legs).toEqual([{ leg: 0, joinedMs: 100, leftMs: 200 }]);
  });

  it('has a tool whose beginning was lost begin as long ago as it took', () => {
    const returned: CallFact = {
      type: 'tool_returned',
      toolCallId: 't1',
      name: 'look',
      tookMs: 60,
      result: 'ok',
      output: '1',
    };

    expect(following(rang(), returned).tools.get('t1')).toMatchObject({ atMs: 40, arguments: '' });
    expect(following(rang(), called, returned).tools.get('t1')).toMatchObject({
      atMs: 100,
      arguments: '{}',
      returned: { atMs: 200, tookMs: 60 },
    });
  });
});
