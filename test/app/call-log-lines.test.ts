import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { callLogLines } from '../../src/app/call-log-lines.ts';

describe('the log lines of calls', () => {
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
