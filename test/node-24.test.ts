import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const SRC = join(import.meta.dirname, '../src');

/** What the suite's own Node knows and Node 24 does not, switched off. */
const LIKE_NODE_24 = ['--no-js-base-64', '--no-harmony-temporal'];

async function onNode24(script: string): Promise<string> {
  const args = [...LIKE_NODE_24, '--input-type=module', '-e', script];
  return (await promisify(execFile)(process.execPath, args, { cwd: SRC })).stdout;
}

describe('on Node.js 24', () => {
  it('is tried without what came later', async () => {
    const known = await onNode24('console.log(typeof Uint8Array.prototype.toBase64, typeof Temporal)');

    expect(known).toBe('undefined undefined\n');
  });

  it('lets the model hear the caller', async () => {
    const message = await onNode24(`
      import { appendMessage } from './models/openai/append-frame.ts';
      console.log(appendMessage(new Uint8Array([0, 1, 2, 3]).subarray(1)).toString());
    `);

    expect(message).toBe('{"type":"input_audio_buffer.append","event_id":"sound","audio":"AQID"}\n');
  });

  it('keeps the front desk’s appointment book', async () => {
    const times = await onNode24(`
      import { hoursOn, readDay, readTestTime, testTimes } from './examples/front-desk/clinic/calendar.ts';
      const day = readDay('2026-11-23');
      console.log(testTimes(day).length > 0, String(hoursOn(day).opens), readTestTime('2026-02-30T09:00'));
    `);

    expect(times).toBe('true 09:00:00 null\n');
  });
});
