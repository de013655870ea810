import { describe, expect, it } from 'vitest';
import { recall } from '../../src/call/recall.ts';
import type { CallEvent } from '../../src/ports/facts.ts';
import { transcriptOf } from '../../src/reading/transcript.ts';
import { agentSaid, aWholeCall, eventsOf } from '../support/logged-calls.ts';

const transcriptAfter = (events: readonly CallEvent[]) => transcriptOf(recall(events));

describe('a transcript', () => {
  it('is in spoken order, with what was not heard kept apart', () => {
    const lines = transcriptAfter(aWholeCall());

    expect(lines.map(({ who, atMs, text, unheard }) => [who, atMs, text, unheard])).toEqual([
      ['agent', 1_200, 'Good morning, how can I help?', ''],
      ['caller', 4_000, 'Where is my order number seven?', ''],
      ['agent', 7_100, 'Your order was shipped on Monday', ' and arrives tomorrow before noon.'],
      ['caller', 9_000, 'Thank you, goodbye.', ''],
    ]);
  });

  it('puts words that come late where they were spoken: before the answer to them', () => {
    const lines = transcriptAfter(
      eventsOf([
        [1_000, { type: 'caller_started_speaking' }],
        [2_000, { type: 'caller_stopped_speaking' }],
        [2_500, { type: 'agent_started_speaking', responseId: 'r1' }],
        [3_500, agentSaid('r1', 'Of course.', 1_000, 1_000)],
        [3_600, { type: 'caller_said', text: 'Can you help me?' }],
      ]),
    );

    expect(lines.map(({ text }) => text)).toEqual(['Can you help me?', 'Of course.']);
  });

  it('gives the words of two turns in a row to their own turns', () => {
    const lines = transcriptAfter(
      eventsOf([
        [1_000, { type: 'caller_started_speaking' }],
        [2_000, { type: 'caller_stopped_speaking' }],
        [2_100, { type: 'caller_started_speaking' }],
        [2_900, { type: 'caller_stopped_speaking' }],
        [3_000, { type: 'caller_said', text: 'one' }],
        [3_100, { type: 'caller_said', text: 'two' }],
      ]),
    );

    expect(lines.map(({ atMs, text }) => [atMs, text])).toEqual([
      [1_000, 'one'],
      [2_100, 'two'],
    ]);
  });

  it('does not wait for the words of a cough', () => {
    const lines = transcriptAfter(
      eventsOf([
        [1_000, { type: 'caller_started_speaking' }],
        [1_300, { type: 'caller_stopped_speaking' }],
        [20_000, { type: 'caller_started_speaking' }],
        [21_000, { type: 'caller_stopped_speaking' }],
        [21_500, { type: 'caller_said', text: 'Hello?' }],
      ]),
    );

    expect(lines.map(({ atMs }) => atMs)).toEqual([20_000]);
  });

  it('gives words to the turn they were said in, however late and in whatever order they come', () => {
    const lines = transcriptAfter(
      eventsOf([
        [1_000, { type: 'caller_started_speaking', itemId: 'u1' }],
        [2_000, { type: 'caller_stopped_speaking', itemId: 'u1' }],
        [3_000, { type: 'caller_started_speaking', itemId: 'cough' }],
        [3_200, { type: 'caller_stopped_speaking', itemId: 'cough' }],
        [4_000, { type: 'caller_started_speaking', itemId: 'u2' }],
        [5_000, { type: 'caller_stopped_speaking', itemId: 'u2' }],
        [5_500, { type: 'caller_said', itemId: 'u2', text: 'Are you there?' }],
        [30_000, { type: 'caller_started_speaking', itemId: 'u3' }],
        [30_500, { type: 'caller_said', itemId: 'u1', text: 'Where is my order?' }],
        [31_000, { type: 'caller_stopped_speaking', itemId: 'u3' }],
      ]),
    );

    expect(lines.map(({ atMs, untilMs, text }) => [atMs, untilMs, text])).toEqual([
      [1_000, 2_000, 'Where is my order?'],
      [4_000, 5_000, 'Are you there?'],
    ]);
  });

  it('gives nothing to a turn whose words could not be put down, but to the next one', () => {
    const lines = transcriptAfter(
      eventsOf([
        [1_000, { type: 'caller_started_speaking', itemId: 'failed' }],
        [2_000, { type: 'caller_stopped_speaking', itemId: 'failed' }],
        [3_000, { type: 'caller_started_speaking', itemId: 'u2' }],
        [4_000, { type: 'caller_stopped_speaking', itemId: 'u2' }],
        [4_500, { type: 'caller_said', itemId: 'u2', text: 'Hello?' }],
      ]),
    );

    expect(lines.map(({ atMs, text }) => [atMs, text])).toEqual([[3_000, 'Hello?']]);
  });

  it('knows the parts of one answer apart', () => {
    const lines = transcriptAfter(
      eventsOf([
        [1_000, { type: 'agent_started_speaking', responseId: 'r1' }],
        [2_000, { type: 'agent_started_speaking', responseId: 'r1' }],
        [2_001, agentSaid('r1', 'First.', 1_000, 1_000)],
        [4_000, agentSaid('r1', 'Second.', 2_000, 2_000)],
      ]),
    );

    expect(lines.map(({ atMs, untilMs, text }) => [atMs, untilMs, text])).toEqual([
      [1_000, 2_000, 'First.'],
      [2_000, 4_000, 'Second.'],
    ]);
  });
});
