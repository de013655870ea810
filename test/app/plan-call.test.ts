import { describe, expect, it } from 'vitest';
import { type AgentDescription, defineAgent } from '../../src/agents/define-agent.ts';
import { planCall } from '../../src/app/plan-call.ts';
import { NO_TOOLS } from '../../src/call/call-plan.ts';
import { TestClock } from '../support/test-clock.ts';

const incoming = { callId: 'CA1', carrier: 'test', from: '+1', to: '+2', format: 'pcmu' } as const;

function planOf(description: Partial<AgentDescription>, output: 'speech' | 'text' = 'speech') {
  const agent = defineAgent({ name: 'shop', instructions: 'Be brief.', ...description });
  const loaded = {
    agent,
    folder: '.',
    toolbox: NO_TOOLS,
    cards: [],
    remoteTools: [],
    retire() {},
    close() {},
  };
  return planCall(loaded, incoming, output, { clock: new TestClock(), model: 'test', trouble: () => {} });
}

const greeting = { kind: 'exactly', text: 'Good day.' } as const;

describe('an agent, made ready for a call', () => {
  it.each([
    ['announce', 'This call is recorded. Good day.', 'at_once'],
    ['ask', 'Good day. May this call be recorded?', 'when_agreed'],
    ['on', 'Good day.', 'at_once'],
    ['off', 'Good day.', 'never'],
  ] as const)('says what has to be said where recording is %s', (recording, text, kept) => {
    expect(planOf({ greeting, recording })).toMatchObject({ greeting: { text }, recording: kept });
  });

  it('speaks of the recording even where it would wait for the caller to speak', () => {
    expect(planOf({ greeting: { kind: 'none' }, recording: 'announce' }).greeting).toEqual({
      kind: 'exactly',
      text: 'This call is recorded.',
    });
  });

  it('has a greeting in the model’s own words begin or end with those of the recording', () => {
    const freely = { kind: 'freely', about: 'Greet them by name.', isProtected: true } as const;

    expect(planOf({ greeting: freely, recording: 'announce' }).greeting).toEqual({
      ...freely,
      about: 'Begin with the words "This call is recorded." Greet them by name.',
    });
    expect(planOf({ greeting: freely, recording: 'ask' }).greeting).toEqual({
      ...freely,
      about: 'Greet them by name. End with the words "May this call be recorded?"',
    });
  });

  it('does not ask whether somebody is still there who writes', () => {
    const silence = { askAfterMs: 8_000, goodbyeAfterMs: 20_000 };

    expect(planOf({ silence }).silence).toEqual(silence);
    expect(planOf({ silence }, 'text').silence).toBeNull();
    expect(planOf({ silence: 'off' }).silence).toBeNull();
  });

  it('speaks as the agent says, and where it says nothing as is configured', () => {
    expect(planOf({ voice: 'cedar', language: 'de' })).toMatchObject({ voice: 'cedar', language: 'de' });
    expect(Object.keys(planOf({}))).not.toEqual(expect.arrayContaining(['voice']));
  });

  it('sends callers to somebody else when there is no model, if the owner wants it so', () => {
    const transferTargets = { owner: { number: '+441632960001' } };

    expect(planOf({ transferTargets, whenUnreachable: { do: 'transfer', to: 'owner' } }).apology).toEqual({
      dial: '+441632960001',
    });
    expect(planOf({ whenUnreachable: { do: 'apologise', text: 'Our lines are down.' } }).apology).toEqual({
      text: 'Our lines are down.',
    });
  });

  it('has instructions made for the caller', async () => {
    const plan = planOf({ instructions: ({ number, dialled }) => `From ${number} to ${dialled}.` });

    expect(await plan.instructions).toBe('From +1 to +2.');
  });
});
