import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { type LogNotice, openCallLog } from '../../../src/journal/call-log.ts';
import { HeldStore } from '../../../src/journal/held-store.ts';
import { systemClock } from '../../../src/ports/clock.ts';
import { openForWriting, openSqliteStore } from '../../../src/stores/sqlite/open.ts';
import { compactIndex } from '../../../src/stores/sqlite/search.ts';
import { databasePath } from '../../../src/stores/sqlite/set-aside.ts';
import type { SqliteStore } from '../../../src/stores/sqlite/store.ts';
import { overlappingCalls } from '../../support/overlapping-calls.ts';
import { callsByWord } from '../../support/searches.ts';
import { aFolder } from '../../support/temp-folder.ts';

const FIXTURES = join(import.meta.dirname, '../../../fixtures/logs');
/** Of “opticians” and “saturdays”: an index keeps what a word has in common with the one before it only once. */
const WORD_ENDS = /ticians|turdays/;
const options = { owner: 'this', wallMs: Date.now };

/** All that is not the index: every call, with all that is known of it, and every event. */
function tablesIn(path: string): unknown {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return ['id, call_id, card, review, workings FROM calls', 'call, seq, event FROM events'].map((what) =>
      database.prepare(`SELECT ${what}`).all(),
    );
  } finally {
    database.close();
  }
}

function quickCheck(path: string): unknown {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
  } catch (error) {
    return error;
  } finally {
    database.close();
  }
}

async function aLogOfTenCalls(): Promise<string> {
  const directory = aFolder({}).path;
  const { store } = openSqliteStore(directory, options);
  for (const batch of overlappingCalls(10, 7).batches) await store.append(batch);
  await store.close();
  return directory;
}

function withSql(directory: string, sql: string): void {
  const database = new DatabaseSync(databasePath(directory));
  database.enableDefensive?.(false);
  database.exec(`PRAGMA writable_schema = ON; ${sql}`);
  database.close();
}

/** Scribbles over the pages of these tables, or of the index of none. */
function scribbleOver(directory: string, tables: string): void {
  const path = databasePath(directory);
  const database = new DatabaseSync(path, { readOnly: true });
  const pages = database.prepare('SELECT pageno FROM dbstat WHERE name GLOB ?').all(tables);
  database.close();
  const bytes = readFileSync(path);
  for (const { pageno } of pages) bytes.fill(0xa5, (Number(pageno) - 1) * 4_096, Number(pageno) * 4_096 - 50);
  writeFileSync(path, bytes);
}

async function expectWhole(store: SqliteStore): Promise<void> {
  const { calls } = await store.list({ limit: 200 });
  const events = new Map<string, Awaited<ReturnType<SqliteStore['events']>>>();
  for (const { callId } of calls) events.set(callId, await store.events(callId));
  for (const [words, callIds] of callsByWord(events)) {
    const found = (await store.list({ words, limit: 200 })).calls.map(({ callId }) => callId).sort();
    expect([words, found]).toEqual([words, callIds]);
  }
}

const DAMAGES: Readonly<Record<string, (directory: string) => void>> = {
  'has lost a part': (directory) => withSql(directory, 'DELETE FROM said_data WHERE id > 10'),
  'has lost its beginning': (directory) => withSql(directory, 'DELETE FROM said_data WHERE id = 10'),
  'has garbled parts': (directory) =>
    withSql(directory, `UPDATE said_data SET block = randomblob(200) WHERE id > 10`),
  'has lost its words': (directory) => withSql(directory, 'DELETE FROM said_content WHERE id < 5'),
  'has lost a table': (directory) => withSql(directory, 'DROP TABLE said_idx'),
  'is gone from the schema': (directory) =>
    withSql(directory, `DELETE FROM sqlite_schema WHERE name = 'said' OR tbl_name GLOB 'said_*'`),
  'is half gone from the schema': (directory) =>
    withSql(directory, `DELETE FROM sqlite_schema WHERE name = 'said'`),
  'is scribbled over on the disk': (directory) => scribbleOver(directory, 'said*'),
  'is scribbled over in one place': (directory) => scribbleOver(directory, 'said_content'),
  'is scribbled over in another place': (directory) => scribbleOver(directory, 'said_data'),
};

const PATIENCE = { timeout: 20_000 };

describe('a call log whose search index is broken', () => {
  it('opens with all its calls, and finds every word, when it is of the first version', async () => {
    const directory = aFolder({}).path;
    copyFileSync(join(FIXTURES, 'broken-index.db'), databasePath(directory));
    expect(quickCheck(databasePath(directory))).toMatch(/said/);
    const before = tablesIn(databasePath(directory));

    const { store, setAside } = openSqliteStore(directory, options);

    expect([setAside, tablesIn(databasePath(directory))]).toEqual([null, before]);
    expect((await store.list({ limit: 200 })).calls).toHaveLength(24);
    await expectWhole(store);
    await store.close();
    expect([readdirSync(directory), quickCheck(databasePath(directory))]).toEqual([['calls.db'], 'ok']);
  });

  it.each(Object.entries(DAMAGES))(
    'has it made anew, and nothing else touched, when it %s',
    async (_, damage) => {
      const directory = await aLogOfTenCalls();
      const before = tablesIn(databasePath(directory));
      damage(directory);

      const { store, ...opened } = openSqliteStore(directory, options);

      expect(opened).toEqual({ setAside: null, wasMended: true });
      expect(tablesIn(databasePath(directory))).toEqual(before);
      await expectWhole(store);
      await store.close();
      expect([readdirSync(directory), quickCheck(databasePath(directory))]).toEqual([['calls.db'], 'ok']);
    },
  );

  it('leaves no word behind in what was cut out of the file', async () => {
    const directory = await aLogOfTenCalls();
    scribbleOver(directory, 'said_idx');
    const { store } = openSqliteStore(directory, options);
    const { calls } = await store.list({ limit: 200 });
    for (const { callId } of calls) await store.delete(callId);
    await store.tidy();
    await store.close();

    expect(readFileSync(databasePath(directory), 'latin1')).not.toMatch(WORD_ENDS);
  });

  it('is mended while it is used, also when only whoever searches has noticed', async () => {
    const directory = await aLogOfTenCalls();
    const notices: string[] = [];
    const held = (role: 'writer' | 'reader') =>
      new HeldStore(
        { role, directory, owner: role, store: { kind: 'sqlite' }, deliversWebhooks: false },
        ({ type }) => void notices.push(`${role}: ${type}`),
      );
    const [writer, reader] = [held('writer'), held('reader')];
    const search = () => reader.use((store) => store.list({ words: 'opticians' }));
    await writer.use((store) => store.beat());
    const before = await search();
    withSql(directory, 'UPDATE said_data SET block = zeroblob(200) WHERE id > 10');

    await expect(search()).rejects.toMatchObject({ reason: 'store_corrupt' });
    await writer.suspect();
    await writer.use((store) => store.beat());

    expect(notices).toEqual(['reader: store_suspect', 'writer: index_mended']);
    expect(await search()).toEqual(before);
    await reader.close();
    await writer.close();
  });

  it('is mended by a running server without anybody doing anything, and all is found again', async () => {
    const directory = await aLogOfTenCalls();
    const notices: LogNotice[] = [];
    const log = await openCallLog({
      directory,
      store: { kind: 'sqlite' },
      clock: systemClock,
      notice: (notice) => notices.push(notice),
    });
    withSql(directory, 'UPDATE said_data SET block = zeroblob(200) WHERE id > 10');
    await log.store.list({ words: 'opticians' }).catch(() => {}); // or the sweeper was quicker

    await expect.poll(() => notices.map(({ type }) => type), PATIENCE).toContain('index_mended');
    expect((await log.store.list({ words: 'opticians' })).calls.length).toBeGreaterThan(0);
    expect(notices.map(({ type }) => type)).not.toContain('store_set_aside');
    await log.close();
  });
});

describe('a call log that is closed', () => {
  it('is all in the one file, which is a backup of it', async () => {
    const directory = aFolder({}).path;
    const log = await openCallLog({ directory, store: { kind: 'sqlite' }, clock: systemClock });
    const { calls, batches } = overlappingCalls(4, 9);
    for (const batch of batches) for (const { callId, event } of batch) log.observer(callId, event);
    await log.flush(5_000);
    await log.store.list({}); // somebody reads it
    await log.close();

    expect(readdirSync(directory)).toEqual(['calls.db']);
    const elsewhere = aFolder({}).path;
    copyFileSync(databasePath(directory), databasePath(elsewhere));
    const { store } = openSqliteStore(elsewhere, options);
    for (const [callId, events] of calls) expect(await store.events(callId)).toEqual(events);
    await store.close();
  });

  it('wipes at its next start what a killed process had deleted and not wiped', async () => {
    const directory = await aLogOfTenCalls();
    const { database } = openForWriting(directory, { durability: 'normal', wallMs: 0 });
    compactIndex(database);
    database.exec('DELETE FROM said; DELETE FROM events; DELETE FROM calls;'); // and dies
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const bytes = () =>
      readdirSync(directory)
        .map((name) => readFileSync(join(directory, name), 'latin1'))
        .join();
    expect(bytes()).toMatch(WORD_ENDS);

    const { store } = openSqliteStore(directory, options);
    await store.tidy();

    expect(bytes()).not.toMatch(WORD_ENDS);
    database.close();
    await store.close();
  });
});
