import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/app/config.ts';
import { checkCallLog } from '../../../src/commands/doctor/check-call-log.ts';
import type { CallLog } from '../../../src/journal/call-log.ts';
import { warningsOf } from '../../../src/journal/warnings.ts';
import { systemClock } from '../../../src/ports/clock.ts';
import { bringBack, callsIn } from '../../../src/stores/sqlite/bring-back.ts';
import { openSqliteStore } from '../../../src/stores/sqlite/open.ts';
import { databasePath, filesSetAside } from '../../../src/stores/sqlite/set-aside.ts';
import { aSqliteLog } from '../../support/a-sqlite-log.ts';
import { aWholeCall, eventsOf, rang, stored } from '../../support/logged-calls.ts';
import { overlappingCalls } from '../../support/overlapping-calls.ts';
import { callsByWord } from '../../support/searches.ts';
import { aFolder } from '../../support/temp-folder.ts';

const FIXTURES = join(import.meta.dirname, '../../../fixtures/logs');
const DAY_MS = 86_400_000;
const options = { owner: 'this', wallMs: Date.now };

/** A data directory of the first version, with six calls in a log that it has set aside. */
function anOldDirectory(): string {
  const directory = aFolder({}).path;
  cpSync(join(FIXTURES, 'set-aside'), directory, { recursive: true });
  return directory;
}

function onlyAside(directory: string): string {
  const [path = '', ...more] = filesSetAside(directory);
  expect(more).toEqual([]);
  return path;
}

/** A log of these calls, lying where a log would that was set aside so many days ago. */
async function setAside(
  directory: string,
  daysAgo: number,
  damage = (bytes: Buffer) => bytes,
): Promise<string> {
  const elsewhere = aFolder({}).path;
  const { store } = openSqliteStore(elsewhere, options);
  const { batches } = overlappingCalls(6, 5);
  for (const batch of batches) await store.append(batch);
  await store.append(
    stored(
      'CAold',
      eventsOf([
        [0, rang({ wallMs: Date.now() - 100 * DAY_MS })],
        [10, { type: 'caller_said', text: 'My canarysecret is old.' }],
        [20, { type: 'ended', reason: 'caller_hung_up' }],
      ]),
    ),
  );
  await store.close();
  const stamp = new Date(Date.now() - daysAgo * DAY_MS).toISOString().replaceAll(/[:.]/g, '-');
  const path = `${databasePath(directory)}.set-aside-${stamp}`;
  writeFileSync(path, damage(readFileSync(databasePath(elsewhere))));
  return path;
}

const cutOff = (bytes: Buffer) => bytes.subarray(0, Math.floor(bytes.length / 3));
const noise = (bytes: Buffer) => Buffer.alloc(bytes.length, 'canarysecret');
const USUAL = { recordingDays: 30, wordDays: 90, callDays: 365 };

async function doctor(directory: string, ...more: string[]): Promise<{ code: number; text: string }> {
  const program = join(import.meta.dirname, '../../../src/commands/doctor.ts');
  const child = spawn(process.execPath, [program, ...more], {
    env: { DATA_DIR: directory, PATH: process.env['PATH'] },
    cwd: directory,
  });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, text };
}

const PATIENCE = { timeout: 20_000 };

describe('a log that the first version has set aside', () => {
  it('is found, said on the pages, and offered by the doctor', async () => {
    const directory = anOldDirectory();
    const path = onlyAside(directory);
    const { log, notices } = await aSqliteLog(directory);
    await expect.poll(() => notices, PATIENCE).toContainEqual({ type: 'logs_set_aside', paths: [path] });

    expect(warningsOf(log)).toEqual([expect.stringMatching(/^A call log was set aside.*npm run doctor/)]);
    const findings = checkCallLog(readConfig({ DATA_DIR: directory }), systemClock);
    expect(findings.map(({ text }) => text)).toEqual([
      expect.stringContaining('calls.db is sound'),
      expect.stringMatching(/set-aside-\S+ lies set aside in DATA_DIR with 6 calls\. .*--bring-back/),
    ]);
  });

  it('comes back by the doctor while a server runs: every call and every word, none twice', async () => {
    const directory = anOldDirectory();
    const { log, notices } = await aSqliteLog(directory);
    await log.store.append(stored('CAnew', aWholeCall()));

    const { code, text } = await doctor(directory, '--bring-back');

    expect([code, text]).toEqual([0, expect.stringContaining('6 calls of calls.db.set-aside-')]);
    const { calls } = await log.store.list({});
    expect(calls.map(({ callId }) => callId)).toHaveLength(7);
    const all = new Map<string, Awaited<ReturnType<CallLog['store']['events']>>>();
    for (const { callId } of calls) all.set(callId, await log.store.events(callId));
    for (const [words, callIds] of callsByWord(all)) {
      const found = (await log.store.list({ words })).calls.map(({ callId }) => callId).sort();
      expect([words, found]).toEqual([words, callIds]);
    }
    expect(readdirSync(directory).filter((name) => name.includes('set-aside'))).toEqual([]);
    await expect.poll(() => warningsOf(log), PATIENCE).toEqual([]);
    expect(notices.at(-1)).toEqual({ type: 'logs_set_aside', paths: [] });
  });
});

describe('a log that was set aside', () => {
  it('changes nothing when it is brought back twice, or was cut short the first time', async () => {
    const directory = aFolder({}).path;
    const path = await setAside(directory, 1);
    const copy = `${path}-2`;
    copyFileSync(path, copy);
    bringBack(path, directory, Date.now());
    const { store } = openSqliteStore(directory, options);
    await store.review('CAold', { type: 'tag', tag: 'mine' });
    const before = await store.list({ limit: 100 });
    const events = await store.events('CAold');
    bringBack(copy, directory, Date.now());

    expect(await store.list({ limit: 100 })).toEqual(before);
    expect(await store.events('CAold')).toEqual(events);
    expect(filesSetAside(directory)).toEqual([]);
    await store.close();
  });

  it('joins the two halves of a call that was going on when it was set aside, and leaves it to its process', async () => {
    const directory = aFolder({}).path;
    const elsewhere = aFolder({}).path;
    const first = openSqliteStore(elsewhere, options).store;
    await first.append(stored('CA1', aWholeCall().slice(0, 9)));
    await first.review('CA1', { type: 'tag', tag: 'early' });
    await first.close();
    const path = `${databasePath(directory)}.set-aside-2026-01-01T00-00-00-000Z`;
    copyFileSync(databasePath(elsewhere), path);
    const { store } = openSqliteStore(directory, { owner: 'alive', wallMs: Date.now });
    await store.beat();
    await store.append(stored('CA1', aWholeCall().slice(9, -1)));
    await store.review('CA1', { type: 'tag', tag: 'late' });

    bringBack(path, directory, Date.now());

    expect(await store.events('CA1')).toEqual(aWholeCall().slice(0, -1));
    expect(await store.card('CA1')).toMatchObject({ turns: 2, agent: 'front-desk', tags: ['late', 'early'] });
    const other = openSqliteStore(directory, { owner: 'other', wallMs: Date.now }).store;
    expect(await other.orphans(['alive'])).toEqual([]);
    await other.close();
    await store.close();
  });

  it('gives back what can be read of a damaged one, and stays then', async () => {
    const directory = aFolder({}).path;
    const path = await setAside(directory, 1, (bytes) => {
      const database = aFolder({ 'x.db': '' }).path;
      writeFileSync(join(database, 'x.db'), bytes);
      const found = new DatabaseSync(join(database, 'x.db'), { readOnly: true });
      const [page] = found
        .prepare(`SELECT pageno FROM dbstat WHERE name = 'events' AND pagetype = 'leaf'`)
        .all();
      found.close();
      return Buffer.from(bytes).fill(
        0xa5,
        (Number(page?.['pageno']) - 1) * 4_096,
        Number(page?.['pageno']) * 4_096,
      );
    });
    const { damaged } = callsIn(path);
    const done = bringBack(path, directory, Date.now());

    expect(done).toEqual({ calls: 7, damaged });
    expect(damaged).toBeGreaterThan(0);
    expect(damaged).toBeLessThan(7);
    expect(filesSetAside(directory)).toEqual([path]);
    const { store } = openSqliteStore(directory, options);
    expect((await store.list({})).calls).toHaveLength(7);
    await store.close();
  });

  it('loses a call that is deleted, to the last byte', async () => {
    const directory = aFolder({}).path;
    const path = await setAside(directory, 1);
    const { log } = await aSqliteLog(directory);
    expect(readFileSync(path, 'latin1')).toContain('canarysecret');

    expect(await log.store.delete('CAold')).toBe(true);
    expect(await log.store.delete('CAold')).toBe(false);

    expect(readFileSync(path, 'latin1')).not.toMatch(/canarysecret|CAold/);
    expect(callsIn(path)).toEqual({ calls: 6, damaged: 0 });
  });

  it('is swept like the log itself: words first, then calls, and itself when it is empty', async () => {
    const directory = aFolder({}).path;
    const path = await setAside(directory, 1);
    const { log } = await aSqliteLog(directory);
    const sweep = (days: Partial<typeof USUAL>) =>
      log.sweep({ agents: new Map(), others: { ...USUAL, ...days } });

    await sweep({});
    expect(readFileSync(path, 'latin1')).not.toContain('canarysecret');
    expect(callsIn(path).calls).toBe(7);
    await sweep({ callDays: 0 });
    expect(existsSync(path)).toBe(false);
  });

  it.each([
    ['cut off', cutOff],
    ['noise', noise],
  ])('is erased after 30 days when no call can be taken out of it: %s', async (_, damage) => {
    const directory = aFolder({}).path;
    const recent = await setAside(directory, 29, damage);
    const old = await setAside(directory, 31, damage);
    const { log } = await aSqliteLog(directory);

    await log.sweep({ agents: new Map(), others: USUAL });
    expect([existsSync(old), existsSync(recent)]).toEqual([false, true]);
    await log.sweep({ agents: new Map([['brief', { ...USUAL, wordDays: 7 }]]), others: USUAL });
    expect(existsSync(recent)).toBe(false);
  });

  it('is nobody’s to sweep when it is another program’s', async () => {
    const directory = aFolder({}).path;
    const path = `${databasePath(directory)}.set-aside-2020-01-01T00-00-00-000Z`;
    const theirs = new DatabaseSync(path);
    theirs.exec('CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)');
    theirs.close();
    const before = readFileSync(path);
    const { log } = await aSqliteLog(directory);

    await log.sweep({ agents: new Map(), others: { ...USUAL, callDays: 0 } });
    await log.store.delete('CAany');

    expect(readFileSync(path).equals(before)).toBe(true);
    expect(log.setAside).toEqual([]);
  });
});
