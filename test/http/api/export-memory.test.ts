import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  aServerWithCalls,
  type ServerWithCalls,
  takeExport,
  writeLongNotes,
} from '../../support/a-server-with-calls.ts';

const CALLS = 5_000;
const NOTE_CHARS = 20_000;

const tellsMemory = existsSync('/proc/self/status');
if (!tellsMemory) console.warn('Skipped: the memory of exports. This system does not tell it.');

describe.skipIf(!tellsMemory)('U11: an export of a hundred megabytes', { timeout: 120_000 }, () => {
  let server: ServerWithCalls;
  beforeAll(async () => {
    server = await aServerWithCalls(CALLS);
    writeLongNotes(server.directory, NOTE_CHARS);
  }, 120_000);
  afterAll(() => server?.close());

  it.each([
    ['/api/calls.csv', 'at once', 0],
    ['/api/calls.csv', 'late', 2_000],
    ['/api/calls.jsonl', 'at once', 0],
    ['/api/calls.jsonl', 'late', 2_000],
  ])('costs the server less than fifty of memory: %s, read %s', async (path, _how, waitMs) => {
    const { lines, bytes, grewMb } = await takeExport(server, path, waitMs);

    expect(lines).toBe(path.endsWith('.csv') ? CALLS + 1 : CALLS);
    expect(bytes).toBeGreaterThan(CALLS * NOTE_CHARS);
    expect(grewMb).toBeLessThan(50);
  });
});
