import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { callLogLines } from '../../src/app/call-log-lines.ts';
import type { CallFact } from '../../src/ports/facts.ts';
import { agentSaid, eventsOf, rang } from '../support/logged-calls.ts';

/** What the log says of this: level, words and fields. */
function linesOf(...facts: readonly CallFact[]) {
  const lines: unknown[] = [];
  const logger = pino(
    { base: null, timestamp: false, level: 'trace' },
    { write: (line) => void lines.push(JSON.parse(line)) },
  );
  const tell = callLogLines(logger);
  for (const event of eventsOf(facts.map((fact) => [5, fact]))) tell('CA1', event);
  return lines;
}

const [DEBUG, INFO, WARN] = [20, 30, 40];

describe('the log lines of calls', () => {
  it('show of a number no more than its end', () => {
    expect(linesOf(rang({ from: '+15551234567', to: '1234' }))).toEqual([
      expect.objectContaining({ level: INFO, from: '…4567', to: '1234', agent: 'front-desk' }),
    ]);
  });

  it('have nobody’s words', () => {
    const canary = 'canary';
    const call = { toolCallId: 't1', name: 'book' };
    const lines = linesOf(
      { type: 'caller_said', text: canary },
      agentSaid('r1', canary, 100, 100),
      { type: 'agent_wrote', responseId: 'r1', text: canary },
      { type: 'tool_called', ...call, arguments: canary },
      { type: 'tool_returned', ...call, result: 'ok', tookMs: 80, output: canary },
      { type: 'told', by: 'operator', text: canary },
      { type: 'noted', text: canary },
      { type: 'text_sent', text: canary },
      { type: 'digit', digit: canary },
      { type: 'digits', digits: canary },
      { type: 'summarised', summary: canary, fields: { canary } },
    );

    expect(lines).toEqual([
      {
        level: INFO,
        call: 'CA1',
        atMs: 5,
        tool: 'book',
        result: 'ok',
        tookMs: 80,
        msg: 'a tool has answered',
      },
    ]);
  });

  it.each<readonly [string, number, CallFact]>([
    ['an end that somebody wished for', INFO, { type: 'ended', reason: 'caller_hung_up' }],
    ['an end that nobody wished for', WARN, { type: 'ended', reason: 'model_lost' }],
    ['a transfer', INFO, { type: 'transfer', target: 'desk', state: 'connected' }],
    ['one who was not there', WARN, { type: 'transfer', target: 'desk', state: 'came_back' }],
    [
      'a tool that failed',
      WARN,
      { type: 'tool_returned', toolCallId: 't1', name: 'book', result: 'failed', tookMs: 1, output: '' },
    ],
    ['an interruption', DEBUG, { type: 'interrupted', heardMs: 900, unheardMs: 100 }],
  ])('warn of what somebody should look at, and of nothing else: %s', (_what, level, fact) => {
    expect(linesOf(fact)).toMatchObject([{ level, call: 'CA1' }]);
  });

  it('say what went wrong and, where there is something to do about it, what', () => {
    const lines: unknown[] = [];
    const logger = pino(
      { base: null, timestamp: false },
      { write: (line) => void lines.push(JSON.parse(line)) },
    );
    const tell = callLogLines(logger);
    const hint = 'api.exmaple.com, from OPENAI_BASE_URL, has no address.';

    tell('CA1', { type: 'problem', code: 'ENOTFOUND', hint, seq: 1, atMs: 5 });
    tell('CA1', { type: 'problem', code: 'unknown_event_voice.delta', seq: 2, atMs: 6 });

    expect(lines).toEqual([
      { level: 40, call: 'CA1', atMs: 5, code: 'ENOTFOUND', hint, msg: 'something went wrong' },
      { level: 40, call: 'CA1', atMs: 6, code: 'unknown_event_voice.delta', msg: 'something went wrong' },
    ]);
  });
});
