import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { openForWriting, openSqliteStore } from '../../../src/stores/sqlite/open.ts';
import { aWholeCall, SEED_WALL_MS, stored } from '../../support/logged-calls.ts';
import { aFolder } from '../../support/temp-folder.ts';

const options = { owner: 'this', wallMs: () => SEED_WALL_MS };
const COMMITS = 20;
const WAL_HEADER_BYTES = 32;
const PAGE_BYTES = 4_096;
const FRAME_BYTES = 24 + PAGE_BYTES;

/** What is on the disk of a log of which nothing has left the journal yet, and where in it each commit ends. */
async function aLogInItsJournal() {
  const { path: directory } = aFolder({});
  const at = (suffix: string) => join(directory, `calls.db${suffix}`);
  const { store } = openSqliteStore(directory, options);
  const before = readFileSync(at(''));
  const ends: number[] = [];
  for (let n = 0; n < COMMITS; n++) {
    await store.append(stored(callId(n), aWholeCall({ wallMs: SEED_WALL_MS + n })));
    ends.push(statSync(at('-wal')).size);
  }
  const journal = readFileSync(at('-wal'));
  await store.close(); // copies the journal back
  return { before, journal, ends, after: readFileSync(at('')) };
}

function callId(n: number): string {
  return `CA${n}`;
}

/** Starts the program over what was found on the disk, and says which calls are whole in it. */
async function startedOver(database: Buffer, journal: Buffer): Promise<readonly string[]> {
  const { path: directory } = aFolder({});
  writeFileSync(join(directory, 'calls.db'), database);
  writeFileSync(join(directory, 'calls.db-wal'), journal);
  const { store, setAside } = openSqliteStore(directory, options);
  const ids = (await store.list({ limit: 500 })).calls.map((call) => call.callId).reverse();
  for (const id of ids) expect(await store.events(id)).toHaveLength(aWholeCall().length);
  await store.append(stored('CAnext', aWholeCall()));
  await store.close();

  const checked = new DatabaseSync(join(directory, 'calls.db'));
  const verdict = checked.prepare('PRAGMA integrity_check').get()?.['integrity_check'];
  checked.close();
  expect([setAside, verdict]).toEqual([null, 'ok']);
  return ids;
}

it('S6: has every commit whole up to where the disk got, wherever the power failed, and goes on from there', async () => {
  const { before, journal, ends } = await aLogInItsJournal();
  const frames = Math.floor((journal.length - WAL_HEADER_BYTES) / FRAME_BYTES);
  const places = new Set([0, 1, WAL_HEADER_BYTES - 1, journal.length]);
  for (let frame = 0; frame < frames; frame += 8) {
    const at = WAL_HEADER_BYTES + frame * FRAME_BYTES;
    for (const place of [at, at + 11, at + 24, at + 2_048]) places.add(place);
  }
  for (const end of ends) for (const place of [end - 1, end]) places.add(place);

  for (const place of places) {
    const whole = ends.filter((end) => end <= place).length;
    const found = await startedOver(before, journal.subarray(0, place));
    expect([place, found]).toEqual([place, Array.from({ length: whole }, (_, n) => callId(n))]);
  }
  expect(places.size).toBeGreaterThan(100);
}, 120_000);

it('S6: loses nothing that came before a part of the journal that never reached the disk, and reads nothing behind it', async () => {
  const { before, journal, ends } = await aLogInItsJournal();
  const frames = Math.floor((journal.length - WAL_HEADER_BYTES) / FRAME_BYTES);
  for (let frame = 1; frame < frames; frame += 17) {
    const at = WAL_HEADER_BYTES + frame * FRAME_BYTES;
    const holed = Buffer.from(journal);
    holed.fill(0xa5, at + 512, at + 1_024); // whatever lay there before
    const whole = ends.filter((end) => end <= at).length;

    const found = await startedOver(before, holed);

    expect([frame, found]).toEqual([frame, Array.from({ length: whole }, (_, n) => callId(n))]);
  }
}, 120_000);

it('S6: has everything when the power failed while the journal was copied back', async () => {
  const { before, after, journal } = await aLogInItsJournal();
  for (let copied = 0; copied <= after.length / PAGE_BYTES; copied += 7) {
    const torn = Buffer.alloc(after.length);
    before.copy(torn);
    for (let page = 0; page < copied; page++) {
      const at = ((page * 31) % (after.length / PAGE_BYTES)) * PAGE_BYTES; // in no order at all
      after.copy(torn, at, at, at + PAGE_BYTES);
    }

    expect(await startedOver(torn, journal)).toHaveLength(COMMITS);
  }
}, 120_000);

it('S6: waits for the disk at every commit where that is wanted, and at every copying back otherwise', () => {
  const synchronous = (durability: 'normal' | 'strict') => {
    const { database } = openForWriting(aFolder({}).path, { durability, wallMs: 0 });
    const level = database.prepare('PRAGMA synchronous').get()?.['synchronous'];
    database.close();
    return level;
  };

  expect([synchronous('normal'), synchronous('strict')]).toEqual([1, 2]);
});
