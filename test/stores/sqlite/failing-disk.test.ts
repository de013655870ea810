import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openForWriting } from '../../../src/stores/sqlite/open.ts';
import { SqliteStore } from '../../../src/stores/sqlite/store.ts';
import { aWholeCall, stored } from '../../support/logged-calls.ts';

const SQLITE_IOERR_WRITE = 778;

/** Has every statement fail whose number is listed, counted from now on. */
function failingAt(...numbers: readonly number[]): { count: () => number; restore: () => void } {
  let count = 0;
  const fails = (): void => {
    count++;
    if (numbers.includes(count))
      throw Object.assign(new Error('disk I/O error'), { errcode: SQLITE_IOERR_WRITE });
  };
  const { exec } = DatabaseSync.prototype;
  const { run, get } = StatementSync.prototype;
  const spies = [
    vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(function (this: DatabaseSync, sql) {
      fails();
      exec.call(this, sql);
    }),
    vi.spyOn(StatementSync.prototype, 'run').mockImplementation(function (this: StatementSync, ...values) {
      fails();
      return run.apply(this, values);
    }),
    vi.spyOn(StatementSync.prototype, 'get').mockImplementation(function (this: StatementSync, ...values) {
      fails();
      return get.apply(this, values);
    }),
  ];
  return {
    count: () => count,
    restore: () => {
      for (const spy of spies) spy.mockRestore();
    },
  };
}

it('keeps each event once when the disk fails at any statement, and at the way back from it', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'call-log-'));
  const { database } = openForWriting(directory, { durability: 'normal', wallMs: 0 });
  const store = new SqliteStore(database, { owner: 'this', wallMs: () => 0 });
  onTestFinished(async () => {
    await store.close();
    rmSync(directory, { recursive: true });
  });

  let calls = 0;
  for (let number = 1, wasReached = true; wasReached; number++) {
    for (const numbers of [[number], [number, number + 1]]) {
      const callId = `CA${++calls}`;
      const disk = failingAt(...numbers);
      const failure = await store.append(stored(callId, aWholeCall())).catch(({ reason }) => reason);
      wasReached = disk.count() >= number;
      disk.restore();
      if (wasReached) expect([numbers, failure]).toEqual([numbers, 'store_failed']);

      await store.append(stored(callId, aWholeCall()));
      expect(await store.events(callId)).toEqual(aWholeCall());
      expect(await store.card(callId)).toMatchObject({ turns: 2, interruptions: 1 });
    }
  }
  expect(calls).toBeGreaterThan(40);
  expect((await store.list({ words: 'shipped', limit: 500 })).calls).toHaveLength(calls);
});
