import { describe, expect, it } from 'vitest';
import { recall } from '../../src/call/recall.ts';
import type { CallEvent } from '../../src/ports/facts.ts';
import { agentStretches, transcriptOf } from '../../src/reading/transcript.ts';
import { agentSaid, aWholeCall, eventsOf, rang } from '../support/logged-calls.ts';

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

  it('puts several pieces of one turn’s words together, in the order they come', () => {
    const lines = transcriptAfter(
      eventsOf([
        [1_000, { type: 'caller_started_speaking', itemId: 'u1' }],
        [2_000, { type: 'caller_stopped_speaking', itemId: 'u1' }],
        [2_500, { type: 'caller_said', itemId: 'u1', text: ' Where is ' }],
        [2_600, { type: 'caller_said', itemId: 'u1', text: 'my order?' }],
      ]),
    );

    expect(lines.map(({ text }) => text)).toEqual(['Where is my order?']);
  });

  it('gives parts of one item their own words', () => {
    const part = { responseId: 'r1', itemId: 'i1' };
    const said = (contentIndex: number, text: string) =>
      ({ ...agentSaid('r1', text, 500, 500), ...part, contentIndex }) as const;
    const lines = transcriptAfter(
      eventsOf([
        [1_000, { type: 'agent_started_speaking', ...part, contentIndex: 0 }],
        [2_000, { type: 'agent_started_speaking', ...part, contentIndex: 1 }],
        [2_600, said(1, 'Second.')],
        [2_700, said(0, 'First.')],
      ]),
    );

    expect(lines.map(({ atMs, text }) => [atMs, text])).toEqual([
      [1_000, 'First.'],
      [2_000, 'Second.'],
    ]);
  });

  it('does not take what is said after the phone rang again for what was being said before', () => {
    const lines = transcriptAfter(
      eventsOf([
        [1_000, { type: 'agent_started_speaking', responseId: 'r1', itemId: 'item-r1' }],
        [0, rang()],
        [3_000, agentSaid('r1', 'Good morning.', 500, 500)],
      ]),
    );

    expect(lines.map(({ atMs, text }) => [atMs, text])).toEqual([[2_500, 'Good morning.']]);
  });

  it('has words of which nobody heard the beginning where they came', () => {
    const lines = transcriptAfter(eventsOf([[2_500, { type: 'caller_said', text: 'Hello?' }]]));

    expect(lines).toMatchObject([{ atMs: 2_500, untilMs: 2_500, text: 'Hello?' }]);
  });

  it('keeps apart what a caller writes, line by line', () => {
    const lines = transcriptAfter(
      eventsOf([
        [1_000, { type: 'caller_said', text: 'When are you open?' }],
        [2_000, { type: 'agent_wrote', responseId: 'r1', text: 'From nine to six.' }],
        [9_000, { type: 'caller_said', text: 'Is my order ready?' }],
      ]),
    );

    expect(lines.map(({ text }) => text)).toEqual([
      'When are you open?',
      'From nine to six.',
      'Is my order ready?',
    ]);
  });

  it('has what the agent wrote as written, and heard by nobody', () => {
    const state = recall(eventsOf([[900, { type: 'agent_wrote', responseId: 'r1', text: 'Dear Ann,' }]]));

    expect(transcriptOf(state)).toMatchObject([
      { text: 'Dear Ann,', unheard: '', isWritten: true, atMs: 900 },
    ]);
    expect(agentStretches(state)).toEqual([]);
  });

  it('has a part that was told of without its beginning where it must have begun', () => {
    expect(transcriptAfter(eventsOf([[5_000, agentSaid('r1', 'Of course.', 1_200, 1_200)]]))).toMatchObject([
      { atMs: 3_800, untilMs: 5_000 },
    ]);
  });

  it('has the agent heard for as long as it was listened to, and not where nobody heard it', () => {
    const state = recall(
      eventsOf([
        [1_000, { type: 'agent_started_speaking', responseId: 'r1' }],
        [2_500, agentSaid('r1', 'One moment, please.', 1_500, 4_000)],
        [3_000, { type: 'agent_started_speaking', responseId: 'r2' }],
        [3_001, agentSaid('r2', 'Never heard.', 0, 2_000)],
      ]),
    );

    expect(agentStretches(state)).toEqual([{ fromMs: 1_000, untilMs: 2_500 }]);
  });
});

describe('what is being said', () => {
  const begun = eventsOf([
    [1_000, { type: 'caller_started_speaking' }],
    [2_000, { type: 'caller_stopped_speaking' }],
    [2_400, { type: 'agent_started_speaking', responseId: 'r1', itemId: 'i1' }],
    [2_500, { type: 'caller_said', text: 'When are you open?' }],
  ]);
  const saying = (itemId: string, text: string, heardMs: number) =>
    ({ type: 'agent_said', responseId: 'r1', itemId, text, heardMs, totalMs: 1_000 }) as const;

  it('stands where it will stand once it is told of, cut where the caller is', () => {
    const lines = transcriptOf(recall(begun), [saying('i1', 'We open at nine, on Sunday at ten.', 500)]);

    expect(lines.map(({ atMs, text, unheard }) => [atMs, text, unheard])).toEqual([
      [1_000, 'When are you open?', ''],
      [2_400, 'We open at nine,', ' on Sunday at ten.'],
    ]);
  });

  it('comes behind the last event, part by part, where its beginning is not known', () => {
    const lines = transcriptOf(recall(begun), [
      saying('i7', 'We open at nine.', 300),
      saying('i8', 'On Sunday at ten.', 300),
    ]);

    expect(lines.slice(1).map(({ atMs, seq, text, unheard }) => [atMs, seq, text + unheard])).toEqual([
      [2_200, 5, 'We open at nine.'],
      [2_200, 6, 'On Sunday at ten.'],
    ]);
  });

  it('is not shown before anybody says what it is', () => {
    expect(transcriptOf(recall(begun))).toHaveLength(1);
  });
});
