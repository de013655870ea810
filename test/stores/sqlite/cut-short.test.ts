import { copyFileSync, cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { bringBack } from '../../../src/stores/sqlite/bring-back.ts';
import { openSqliteStore } from '../../../src/stores/sqlite/open.ts';
import { makeIndex } from '../../../src/stores/sqlite/search.ts';
import { databasePath, filesSetAside } from '../../../src/stores/sqlite/set-aside.ts';
import type { SqliteStore } from '../../../src/stores/sqlite/store.ts';
import { overlappingCalls } from '../../support/overlapping-calls.ts';
import { callsByWord } from '../../support/searches.ts';
import { aFolder } from '../../support/temp-folder.ts';

const options = { owner: 'this', wallMs: Date.now };
const { calls: CALLS, batches: BATCHES } = overlappingCalls(6, 11);
const SQLITE_FULL = 13;

async function aLog(): Promise<string> {
  const directory = aFolder({}).path;
  const { store } = openSqliteStore(directory, options);
  for (const batch of BATCHES) await store.append(batch);
  await store.close();
  return directory;
}

/** Its index is spoilt for searching, but can be dropped; or it cannot even be that. */
const BROKEN = {
  'a spoilt index': (directory: string) => {
    const database = new DatabaseSync(databasePath(directory));
    database.enableDefensive?.(false);
    database.exec('DELETE FROM said_data WHERE id > 10');
    database.close();
  },
  'a scribbled index': (directory: string) => {
    const path = databasePath(directory);
    const database = new DatabaseSync(path, { readOnly: true });
    const pages = database.prepare(`SELECT pageno FROM dbstat WHERE name = 'said_data'`).all();
    database.close();
    const bytes = readFileSync(path);
    for (const { pageno } of pages) bytes.fill(0xa5, (Number(pageno) - 1) * 4_096, Number(pageno) * 4_096);
    writeFileSync(path, bytes);
  },
};

/** Before every statement of this work, what a process would leave behind that is killed there. */
async function momentsOf(directory: string, work: () => unknown): Promise<readonly string[]> {
  const moments: string[] = [];
  const { exec } = DatabaseSync.prototype;
  const { run } = StatementSync.prototype;
  const leave = () => {
    const moment = aFolder({}).path;
    cpSync(directory, moment, { recursive: true });
    for (const name of readdirSync(moment))
      if (name.endsWith('-shm')) copyFileSync('/dev/null', join(moment, name));
    moments.push(moment);
  };
  const spies = [
    vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(function (this: DatabaseSync, sql) {
      leave();
      exec.call(this, sql);
    }),
    vi.spyOn(StatementSync.prototype, 'run').mockImplementation(function (this: StatementSync, ...values) {
      leave();
      return run.apply(this, values);
    }),
  ];
  try {
    await work();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return moments;
}

/** Has the disk be full at this statement, counted from now on. */
function fullAt(number: number): { wasReached: () => boolean; restore: () => void } {
  let count = 0;
  const { exec } = DatabaseSync.prototype;
  const spy = vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(function (this: DatabaseSync, sql) {
    if (++count === number) throw Object.assign(new Error('full'), { errcode: SQLITE_FULL });
    exec.call(this, sql);
  });
  return { wasReached: () => count >= number, restore: () => spy.mockRestore() };
}

async function expectAllOnce(store: SqliteStore): Promise<void> {
  const { calls } = await store.list({ limit: 100 });
  expect(calls.map(({ callId }) => callId).sort()).toEqual([...CALLS.keys()].sort());
  for (const [callId, events] of CALLS) expect(await store.events(callId)).toEqual(events);
  for (const [words, callIds] of callsByWord(CALLS)) {
    const found = (await store.list({ words, limit: 100 })).calls.map(({ callId }) => callId).sort();
    expect([words, found]).toEqual([words, callIds]);
  }
}

function quickCheck(directory: string): unknown {
  const database = new DatabaseSync(databasePath(directory), { readOnly: true });
  try {
    return database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
  } finally {
    database.close();
  }
}

describe.each(Object.entries(BROKEN))('a log with %s', (_, damage) => {
  it('has all its calls when the process that mends it is killed at any of its statements', async () => {
    const directory = await aLog();
    damage(directory);
    const moments = await momentsOf(directory, () => openSqliteStore(directory, options).store.close());
    expect(moments.length).toBeGreaterThan(10);

    for (const moment of moments) {
      const { store, setAside } = openSqliteStore(moment, options);
      expect(setAside).toBeNull();
      await expectAllOnce(store);
      await store.close();
      expect(quickCheck(moment)).toBe('ok');
    }
  });

  it('has all its calls when there is no room for any step of mending it, and then there is', async () => {
    const broken = await aLog();
    damage(broken);
    let refusals = 0;
    for (let number = 1, wasReached = true; wasReached; number++) {
      const directory = aFolder({}).path;
      cpSync(broken, directory, { recursive: true });
      const disk = fullAt(number);
      try {
        await openSqliteStore(directory, options).store.close();
      } catch (error) {
        expect(error).toMatchObject({ reason: 'store_full' });
        refusals++;
      }
      wasReached = disk.wasReached();
      disk.restore();

      const { store, setAside } = openSqliteStore(directory, options);
      expect(setAside).toBeNull();
      await expectAllOnce(store);
      await store.close();
      expect(quickCheck(directory)).toBe('ok');
    }
    expect(refusals).toBeGreaterThan(3);
  });
});

it('deletes a call wholly or not at all when it is killed on the way, and leaves no byte of a deleted one', async () => {
  const directory = await aLog();
  const [callId = ''] = CALLS.keys();
  const { store: first } = openSqliteStore(directory, options);
  await first.append([
    { callId, event: { type: 'caller_said', text: 'canarysecret', seq: 900, atMs: 60_000 } },
  ]);
  const moments = await momentsOf(directory, () => first.delete(callId));
  await first.close();
  const left: boolean[] = [];
  for (const moment of moments) {
    const { store } = openSqliteStore(moment, options);
    await store.tidy();
    const isThere = (await store.card(callId)) !== null;
    const bytes = readdirSync(moment).map((name) => readFileSync(join(moment, name), 'latin1'));
    expect((await store.list({ words: 'canarysecret' })).calls).toHaveLength(isThere ? 1 : 0);
    expect(bytes.some((text) => /canarysecret/.test(text))).toBe(isThere);
    left.push(isThere);
    await store.close();
  }

  expect([left[0], left.at(-1)]).toEqual([true, false]);
});

it('brings every call back once when it is killed on the way and done again', async () => {
  const elsewhere = await aLog();
  const directory = aFolder({}).path;
  const aside = `${databasePath(directory)}.set-aside-2026-01-01T00-00-00-000Z`;
  copyFileSync(databasePath(elsewhere), aside);
  const moments = await momentsOf(directory, () => bringBack(aside, directory, Date.now()));
  expect(existsSync(aside)).toBe(false);

  for (const moment of moments.filter((_, n) => n % 25 === 0 || n > moments.length - 10)) {
    for (const path of filesSetAside(moment)) bringBack(path, moment, Date.now());
    const { store } = openSqliteStore(moment, options);
    await expectAllOnce(store);
    await store.close();
  }
});

it('deletes a call while another process makes the index anew', async () => {
  const directory = await aLog();
  const { store } = openSqliteStore(directory, options);
  const other = new DatabaseSync(databasePath(directory));
  onTestFinished(() => other.close());
  const [callId = ''] = CALLS.keys();
  other.exec('BEGIN IMMEDIATE');
  makeIndex(other);

  await expect(store.delete(callId)).rejects.toMatchObject({ reason: 'store_locked' });
  other.exec('COMMIT');
  expect(await store.delete(callId)).toBe(true);

  expect((await store.list({ words: 'the', limit: 100 })).calls.map((call) => call.callId)).not.toContain(
    callId,
  );
  expect((await store.list({ limit: 100 })).calls).toHaveLength(CALLS.size - 1);
  await store.close();
  expect(quickCheck(directory)).toBe('ok');
});
