import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openForWriting, openSqliteReader, openSqliteStore } from '../../../src/stores/sqlite/open.ts';
import { APPLICATION_ID, MIGRATIONS } from '../../../src/stores/sqlite/schema.ts';
import { SqliteStore } from '../../../src/stores/sqlite/store.ts';
import { describeCallStore } from '../../contracts/call-store.ts';
import { describeSharedStore } from '../../contracts/shared-store.ts';
import { aWholeCall, eventsOf, rang, stored } from '../../support/logged-calls.ts';
import { overlappingCalls } from '../../support/overlapping-calls.ts';

const options = { owner: 'this', wallMs: () => 1_000_000 };

function aDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'call-log-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const aStore = async () => {
  const directory = mkdtempSync(join(tmpdir(), 'call-log-'));
  const { store } = openSqliteStore(directory, options);
  return {
    store,
    async dispose() {
      await store.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
};
describeCallStore('SQLite', aStore);
describeSharedStore('SQLite', aStore);

describe('the embedded call log', () => {
  it('leaves no byte of a deleted call in its directory: row, search index, journal', async () => {
    const directory = aDirectory();
    const { store } = openSqliteStore(directory, options);
    const canary = eventsOf([
      [0, rang({ from: '+49canarynumber' })],
      [10, { type: 'caller_said', text: 'My canarysecret is canarysafe.' }],
    ]);
    await store.append(stored('CAcanaryid', canary));
    for (let n = 0; n < 50; n++) {
      const later = { type: 'caller_said', text: `More canary${n}.`, seq: 10 + n, atMs: 20 + n } as const;
      await store.append([...stored(`CA${n}`, aWholeCall()), ...stored('CAcanaryid', [later])]);
    }
    const bytes = () => readdirSync(directory).map((name) => readFileSync(join(directory, name), 'latin1'));
    expect(bytes().some((text) => text.includes('canarysecret'))).toBe(true);

    await store.delete('CAcanaryid');

    expect(bytes().filter((text) => text.toLowerCase().includes('canary'))).toEqual([]);
    await store.close();
    expect(bytes().filter((text) => text.toLowerCase().includes('canary'))).toEqual([]);
  });

  it('leaves no byte of many that are deleted one after the other, a moment later', async () => {
    const directory = aDirectory();
    const { store } = openSqliteStore(directory, options);
    const { calls, batches } = overlappingCalls(10, 3);
    for (const batch of batches) await store.append(batch);
    for (const callId of calls.keys()) await store.delete(callId);
    await store.tidy();

    const bytes = readdirSync(directory).map((name) => readFileSync(join(directory, name), 'latin1'));
    expect(bytes.filter((text) => /ticians|turdays|lenses/.test(text))).toEqual([]);
    await store.close();
  });

  it('still knows whose call it was when its words are forgotten and news of it come late', async () => {
    const { store } = openSqliteStore(aDirectory(), options);
    await store.append(stored('CA1', aWholeCall()));
    await store.append(stored('CA1', [{ type: 'webhook_delivery', state: 'due', seq: 1_500, atMs: 12_000 }]));
    await store.append(stored('CA1', [{ type: 'recording', state: 'deleted', seq: 3_000, atMs: 12_000 }]));
    const before = await store.card('CA1');
    await store.forgetWords(Number.MAX_SAFE_INTEGER, { allBut: [] });
    await store.append(
      stored('CA1', [{ type: 'webhook_delivery', state: 'delivered', seq: 2_000, atMs: 12_000 }]),
    );

    expect(await store.card('CA1')).toMatchObject({
      agent: before?.agent,
      startedWallMs: before?.startedWallMs,
      endReason: 'caller_hung_up',
    });
    expect(await store.untold(0, [], [])).toEqual([]);
    await store.close();
  });

  it('wipes the journal as soon as nobody reads any more', async () => {
    const directory = aDirectory();
    const { store } = openSqliteStore(directory, options);
    await store.append(stored('CA1', eventsOf([[0, rang({ from: 'canary' })]])));
    const reader = new DatabaseSync(join(directory, 'calls.db'), { readOnly: true });
    reader.exec('BEGIN; SELECT count(*) FROM calls;');
    const isThere = () =>
      readdirSync(directory).some((name) => readFileSync(join(directory, name), 'latin1').includes('canary'));

    await store.delete('CA1');
    expect(isThere()).toBe(true);
    reader.close();
    await store.tidy();

    expect(isThere()).toBe(false);
    await store.close();
  });

  it('is read beside its writer', async () => {
    const directory = aDirectory();
    const { store } = openSqliteStore(directory, options);
    const reader = openSqliteReader(directory);
    await store.append(stored('CA1', aWholeCall()));

    expect(await reader.card('CA1')).toEqual(await store.card('CA1'));
    await expect(reader.delete('CA1')).rejects.toMatchObject({ reason: 'store_unwritable' });
    await reader.close();
    await store.close();
  });

  it('goes on with the log of an older program', async () => {
    const directory = aDirectory();
    const old = new DatabaseSync(join(directory, 'calls.db'));
    old.exec(`${MIGRATIONS[0]} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 1;`);
    old.close();
    const { store, setAside } = openSqliteStore(directory, options);
    await store.append(stored('CA1', aWholeCall()));
    await store.close();

    expect(setAside).toBeNull();
    const again = openSqliteStore(directory, options).store;
    expect(await again.figures({})).toMatchObject([{ calls: 1, latencyP50Ms: 1_150 }]);
    await again.close();
  });

  it('reads what the first version wrote, and keeps what a later one wrote as it stands', async () => {
    const directory = aDirectory();
    const written = { type: 'hummed', tune: 'A', seq: 10, atMs: 80 };
    const old = new DatabaseSync(join(directory, 'calls.db'));
    old.exec(`${MIGRATIONS[0]} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 1;
      INSERT INTO calls (id, call_id, keeper, card, review, workings) VALUES (1, 'CA1', 'old', '{}', '{}', '{}');
      INSERT INTO events (call, seq, event) VALUES (1, 9, '{"type":"told_on","state":"due","seq":9,"atMs":70}');`);
    old.close();
    const { store } = openSqliteStore(directory, options);
    const later = new DatabaseSync(join(directory, 'calls.db'));
    later
      .prepare('INSERT INTO events (call, seq, event, version) VALUES (1, 10, ?, 7)')
      .run(JSON.stringify(written));
    later.close();

    const unknown = { type: 'unknown', kind: 'hummed', version: 7, written, seq: 10, atMs: 80 } as const;
    expect(await store.events('CA1')).toEqual([
      { type: 'webhook_delivery', state: 'due', seq: 9, atMs: 70 },
      unknown,
    ]);
    await store.append([...stored('CA2', aWholeCall()), { callId: 'CA2', event: { ...unknown, seq: 99 } }]);
    expect((await store.events('CA2')).at(-1)).toEqual(unknown);
    await store.close();
  });

  it('reads no call for figures, and no call that is over for those that go on', async () => {
    const directory = aDirectory();
    const { database } = openForWriting(directory, { durability: 'normal', wallMs: 0 });
    const asked = vi.spyOn(database, 'prepare');
    const store = new SqliteStore(database, options);
    await store.figures({ agent: 'front-desk', fromWallMs: 0 });
    await store.list({ isLive: true });
    const plans = asked.mock.calls.map(([sql]) =>
      database
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .map(({ detail }) => detail),
    );

    expect(plans[0]).toContainEqual(expect.stringContaining('COVERING INDEX calls_in_figures'));
    expect(plans[1]).toContainEqual(expect.stringContaining('INDEX calls_going_on'));
    await store.close();
  });
});
