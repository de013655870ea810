import { describe, expect, it } from 'vitest';
import { historyOf, pressed } from '../../src/call/history.ts';
import { recall } from '../../src/call/recall.ts';
import type { AgentPart, CallerTurn, CallState, ToolUse } from '../../src/ports/call-state.ts';

const place = { leg: 0, session: 0, itemId: null, seq: 1 };
const turn = (atMs: number, words: string): CallerTurn => ({
  ...place,
  speaker: 'caller',
  atMs,
  untilMs: atMs + 100,
  words,
});
const part = (atMs: number, text: string, of: Partial<AgentPart> = {}): AgentPart => ({
  ...place,
  speaker: 'agent',
  responseId: 'r1',
  contentIndex: 0,
  atMs,
  text,
  heardMs: 1_000,
  totalMs: 1_000,
  how: 'said',
  ...of,
});
const tool = (toolCallId: string, atMs: number, returnedMs: number | null, output = '1'): ToolUse => ({
  toolCallId,
  name: 'look',
  atMs,
  arguments: '{"n":1}',
  returned:
    returnedMs === null ? null : { atMs: returnedMs, tookMs: returnedMs - atMs, output, result: 'ok' },
});
const told = (state: Partial<CallState>) =>
  historyOf({ ...recall([]), ...state }).map((item) =>
    item.type === 'text' ? `${item.from}: ${item.text}` : item.type,
  );
const toolsOf = (...uses: readonly ToolUse[]) => new Map(uses.map((use) => [use.toolCallId, use]));

describe('what a session is told that was not there', () => {
  it('stands in the order in which it happened, each with who it came from', () => {
    const history = told({
      agentParts: [part(0, 'Hello.'), part(5_000, 'It is ready.')],
      callerTurns: [turn(1_000, 'Where is it?')],
      asides: [
        { type: 'digits', atMs: 2_000, digits: '42' },
        { type: 'told', atMs: 2_500, text: 'Be kind.' },
        { type: 'shown', atMs: 2_700 },
      ],
      tools: toolsOf(tool('c1', 3_000, 4_000, 'ready')),
    });

    expect(history).toEqual([
      'agent: Hello.',
      'caller: Where is it?',
      `caller: ${pressed('42')}`,
      'house: Be kind.',
      'caller: (The caller sent a picture.)',
      'house: You used the tool look with {"n":1}. It said: ready',
      'agent: It is ready.',
    ]);
  });

  it('has of the agent’s words those that were heard, and of written ones all', () => {
    const words = 'One two three four';

    expect(
      told({
        agentParts: [
          part(0, words, { heardMs: 500 }),
          part(1, words, { heardMs: 0 }),
          part(2, words, { how: 'written', heardMs: 0, totalMs: 0 }),
        ],
      }),
    ).toEqual(['agent: One two', `agent: ${words}`]);
  });

  it('has a tool where its answer came, and none that is still at work', () => {
    const history = told({
      callerTurns: [turn(2_000, 'Are you there?')],
      tools: toolsOf(tool('slow', 1_000, 3_000, 'late'), tool('open', 1_500, null)),
    });

    expect(history).toEqual([
      'caller: Are you there?',
      'house: You used the tool look with {"n":1}. It said: late',
    ]);
  });

  it('has no line for a cough, for no keys, and for nothing but room', () => {
    expect(
      told({
        callerTurns: [turn(0, ''), turn(1, '  \n')],
        asides: [{ type: 'digits', atMs: 2, digits: '' }],
      }),
    ).toEqual([]);
  });

  it('is the last of a long call, and of each line as much as a tool may say', () => {
    const history = told({
      callerTurns: Array.from({ length: 300 }, (_, n) => turn(n, n === 299 ? 'x'.repeat(9_000) : `${n}`)),
    });

    expect(history).toHaveLength(120);
    expect(history[0]).toBe('caller: 180');
    expect(history.at(-1)).toBe(`caller: ${'x'.repeat(4_000)}`);
  });

  it('does not let lines that say nothing take the room of those that do', () => {
    const history = told({
      callerTurns: [turn(0, 'first'), ...Array.from({ length: 200 }, (_, n) => turn(n + 1, ''))],
    });

    expect(history).toEqual(['caller: first']);
  });
});
