import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openForWriting, openSqliteStore } from '../../../src/stores/sqlite/open.ts';
import { SqliteStore } from '../../../src/stores/sqlite/store.ts';
import { aWholeCall, seededCalls, stored } from '../../support/logged-calls.ts';

const options = { owner: 'this', wallMs: () => Date.UTC(2026, 0, 2) };

function aDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'call-log-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

async function aFilledDatabase(): Promise<Buffer> {
  const directory = aDirectory();
  const { store } = openSqliteStore(directory, options);
  await store.append([...seededCalls(40)].flatMap(({ callId, events }) => stored(callId, events)));
  await store.close();
  return readFileSync(join(directory, 'calls.db'));
}

/** Opens a log where this lies in its place, keeps a call in it, and says where that lies now. */
async function openOver(bytes: Buffer): Promise<{ setAside: string | null; kept: number }> {
  const directory = aDirectory();
  writeFileSync(join(directory, 'calls.db'), bytes);
  const { store, setAside } = openSqliteStore(directory, options);
  await store.append(stored('CAnew', aWholeCall()));
  const kept = (await store.list({ limit: 500 })).calls.length;
  await store.close();
  return { setAside, kept };
}

describe('a damaged call log at the start', () => {
  it('is set aside byte by byte as it was, and a fresh one is begun', async () => {
    const whole = await aFilledDatabase();
    const scribbled = Buffer.from(whole);
    for (let at = 5_000; at + 300 < scribbled.length; at += 1_000) scribbled.fill(0xa5, at, at + 300);
    const wrongHeader = Buffer.from(whole);
    wrongHeader.write('NotSQLite format');
    const damages = {
      empty: Buffer.alloc(0),
      noise: Buffer.from(Array.from({ length: 10_000 }, (_, n) => (n * 7919) % 256)),
      'a wrong header': wrongHeader,
      'cut off': whole.subarray(0, Math.floor(whole.length / 2) + 77),
      'scribbled over': scribbled,
    };

    for (const [name, bytes] of Object.entries(damages)) {
      const { setAside, kept } = await openOver(bytes);
      expect([name, kept]).toEqual([name, 1]);
      expect(setAside).toMatch(/calls\.db\.set-aside-2026-01-02T00-00-00-000Z$/);
      expect(readFileSync(setAside ?? '').equals(bytes)).toBe(true);
    }
  });

  it('may be a directory', async () => {
    const directory = aDirectory();
    mkdirSync(join(directory, 'calls.db'));
    writeFileSync(join(directory, 'calls.db', 'inside'), 'mine');
    const { store, setAside } = openSqliteStore(directory, options);
    await store.append(stored('CA1', aWholeCall()));

    expect(readFileSync(join(setAside ?? '', 'inside'), 'utf8')).toBe('mine');
    await store.close();
  });

  it("may be another program's database: that is not touched either", async () => {
    const directory = aDirectory();
    const path = join(directory, 'calls.db');
    const foreign = new DatabaseSync(path);
    foreign.exec('CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)');
    foreign.close();
    const before = readFileSync(path);
    const { store, setAside } = openSqliteStore(directory, options);

    expect(readFileSync(setAside ?? '').equals(before)).toBe(true);
    await store.close();
  });

  it('leaves a whole one where it is', async () => {
    const { setAside, kept } = await openOver(await aFilledDatabase());

    expect(setAside).toBeNull();
    expect(kept).toBe(41);
  });

  it('refuses one that a newer program has changed, and says what to do', async () => {
    const directory = aDirectory();
    const path = join(directory, 'calls.db');
    await openSqliteStore(directory, options).store.close();
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 99');
    database.close();

    expect(() => openSqliteStore(directory, options)).toThrow(/schema 99.*Start the newer program/);
    expect(existsSync(path)).toBe(true);
  });
});

describe('a call log that cannot be written to', () => {
  it('says why: locked', async () => {
    const directory = aDirectory();
    const { store } = openSqliteStore(directory, options);
    const other = new DatabaseSync(join(directory, 'calls.db'));
    other.exec('BEGIN IMMEDIATE');

    await expect(store.append(stored('CA1', aWholeCall()))).rejects.toMatchObject({ reason: 'store_locked' });
    other.exec('ROLLBACK');
    await store.append(stored('CA1', aWholeCall()));
    other.close();
    await store.close();
  });

  it('says why: full; and keeps nothing of a batch that did not fit', async () => {
    const directory = aDirectory();
    const { database } = openForWriting(directory, { durability: 'normal', wallMs: 0 });
    const store = new SqliteStore(database, options);
    const limitPages = (pages: number) => database.exec(`PRAGMA max_page_count = ${pages}`);
    await store.append(stored('CA1', aWholeCall()));
    limitPages(40);
    const many = [...seededCalls(200)].flatMap(({ callId, events }) => stored(callId, events));

    await expect(store.append(many)).rejects.toMatchObject({ reason: 'store_full' });
    expect((await store.list({})).calls).toHaveLength(1);
    limitPages(1_000_000);
    await store.append(many);
    expect((await store.list({ limit: 500 })).calls).toHaveLength(201);
    await store.close();
  });

  it('says why: its directory is none', () => {
    const directory = aDirectory();
    writeFileSync(join(directory, 'file'), '');

    expect(() => openSqliteStore(join(directory, 'file', 'data'), options)).toThrow(
      expect.objectContaining({ reason: 'store_unwritable' }),
    );
  });
});
