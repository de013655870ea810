import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { readWav } from '../../src/audio/wav.ts';
import { type CallLog, openCallLog } from '../../src/journal/call-log.ts';
import type { StoreSettings } from '../../src/journal/messages.ts';
import type { KeptDays, Retention } from '../../src/journal/retention.ts';
import { systemClock } from '../../src/ports/clock.ts';
import type { CallEvent } from '../../src/ports/facts.ts';
import { aSchema, whyNoPostgres } from '../support/a-postgres.ts';
import { aWholeCall, eventsOf, rang } from '../support/logged-calls.ts';
import { aFolder } from '../support/temp-folder.ts';

const DAY_MS = 86_400_000;
const USUAL = { recordingDays: 30, wordDays: 90, callDays: 365 };
const missing = await whyNoPostgres();

function retention(agents: Readonly<Record<string, KeptDays>>): Retention {
  return { agents: new Map(Object.entries(agents)), others: USUAL };
}

function openAt(directory: string, store: StoreSettings): Promise<CallLog> {
  const log = openCallLog({ directory, store, clock: systemClock });
  onTestFinished(async () => (await log).close(100));
  return log;
}

async function ownPostgres(): Promise<StoreSettings> {
  const { url, schema, drop } = await aSchema();
  onTestFinished(drop);
  return { kind: 'postgres', url, schema };
}

function tell(log: CallLog, callId: string, events: readonly CallEvent[]): void {
  for (const event of events) log.observer(callId, event);
}

/** A call of so many days ago, with a recording. */
function recorded(log: CallLog, callId: string, agent: string, daysAgo: number): void {
  const wallMs = Date.now() - daysAgo * DAY_MS;
  tell(
    log,
    callId,
    eventsOf([
      [0, rang({ agent, wallMs })],
      [1_000, { type: 'recording', state: 'started' }],
      [1_500, { type: 'caller_said', text: 'canary' }],
      [2_000, { type: 'ended', reason: 'drained' }],
    ]),
  );
  const recorder = log.record(callId, systemClock.now());
  recorder.start(0);
  recorder.heardFromCaller(new Uint8Array(800).fill(1), 0);
  recorder.end(100);
}

/** A file as a recorder left it that long ago. */
function written(log: CallLog, callId: string, daysAgo: number): void {
  const path = log.recordingPath(callId);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, 'sound');
  const seconds = Date.now() / 1_000 - daysAgo * 86_400;
  utimesSync(path, seconds, seconds);
}

const stores: [string, () => Promise<StoreSettings>][] = [['SQLite', async () => ({ kind: 'sqlite' })]];
if (missing === null) stores.push(['Postgres', ownPostgres]);

describe.each(stores)('what has been kept long enough, in %s', (_name, settings) => {
  let directory: string;
  let store: StoreSettings;
  let log: CallLog;
  beforeEach(async () => {
    directory = aFolder({}).path;
    store = await settings();
    log = await openAt(directory, store);
  });

  it('is forgotten by its kind: recordings first, words later, and the calls in the end', async () => {
    recorded(log, 'CA1', 'front-desk', 40);
    await log.flush(5_000);
    expect(await log.store.card('CA1')).toMatchObject({ hasRecording: true });
    expect(readWav(readFileSync(log.recordingPath('CA1'))).data).toHaveLength(1_600);
    const sweep = (days: Partial<KeptDays>) => log.sweep(retention({ 'front-desk': { ...USUAL, ...days } }));

    expect(await sweep({})).toEqual({ recordings: 1, words: 0, calls: 0 });
    expect(await log.store.card('CA1')).toMatchObject({ hasRecording: false });
    expect(readdirSync(join(directory, 'recordings'))).toEqual([]);
    expect(await sweep({})).toEqual({ recordings: 0, words: 0, calls: 0 });

    expect(await sweep({ wordDays: 35 })).toEqual({ recordings: 0, words: 1, calls: 0 });
    expect(await log.store.events('CA1')).toEqual([]);
    expect((await log.store.list({ words: 'canary' })).calls).toEqual([]);
    expect(await log.store.card('CA1')).toMatchObject({ from: '+15550001111', endReason: 'drained' });
    expect(await sweep({ wordDays: 35 })).toEqual({ recordings: 0, words: 0, calls: 0 });

    expect(await sweep({ callDays: 35 })).toEqual({ recordings: 0, words: 0, calls: 1 });
    expect(await log.store.card('CA1')).toBeNull();
  });

  it('is forgotten by the rule of its own agent, and by the usual one where that agent is gone', async () => {
    for (const agent of ['brief', 'long', 'gone']) {
      for (const days of [8, 40, 100, 400]) recorded(log, `${agent}${days}`, agent, days);
    }
    await log.flush(5_000);
    const left = async () => {
      const { calls } = await log.store.list({});
      const withEvents = await Promise.all(
        calls.map(async ({ callId }) => ((await log.store.events(callId)).length > 0 ? callId : [])),
      );
      return {
        calls: calls.map(({ callId }) => callId).sort(),
        words: withEvents.flat().sort(),
        sound: calls.flatMap(({ callId }) => (existsSync(log.recordingPath(callId)) ? callId : [])).sort(),
      };
    };

    await log.sweep(
      retention({
        brief: { recordingDays: 7, wordDays: 30, callDays: 60 },
        long: { recordingDays: 365, wordDays: 3_650, callDays: null },
      }),
    );

    expect(await left()).toEqual({
      calls: ['brief40', 'brief8', 'gone100', 'gone40', 'gone8', 'long100', 'long40', 'long400', 'long8'],
      words: ['brief8', 'gone40', 'gone8', 'long100', 'long40', 'long400', 'long8'],
      sound: ['gone8', 'long100', 'long40', 'long8'],
    });
  });

  it('takes a recording along that lies here though it was noted as deleted, and one that belongs to no call', async () => {
    recorded(log, 'CA1', 'brief', 40);
    recorded(log, 'CA2', 'long', 40);
    await log.flush(5_000);
    const rules = retention({
      brief: { ...USUAL, recordingDays: 7 },
      long: { recordingDays: 60, wordDays: 90, callDays: 365 },
    });
    await log.sweep(rules);
    written(log, 'CA1', 40); // as on another node, which did not have it at hand
    written(log, 'CA2', 40);
    written(log, 'nobody1', 30.5);
    written(log, 'nobody2', 40);

    expect(await log.sweep(rules)).toMatchObject({ recordings: 2 });
    expect(readdirSync(join(directory, 'recordings')).sort()).toEqual(['c-CA2.wav', 'c-nobody1.wav']);
  });

  it('takes a recording that belongs to no call, by the usual rule, though an agent keeps its own for ever', async () => {
    recorded(log, 'CA1', 'archive', 400);
    await log.flush(5_000);
    for (const [callId, daysAgo] of [
      ['CA1', 400],
      ['nobody1', 30.5],
      ['nobody2', 32],
    ] as const)
      written(log, callId, daysAgo);

    const archive = { recordingDays: null, wordDays: null, callDays: null };
    expect(await log.sweep(retention({ archive }))).toMatchObject({ recordings: 1 });
    expect(readdirSync(join(directory, 'recordings')).sort()).toEqual(['c-CA1.wav', 'c-nobody1.wav']);
  });
});

it('is done by the thread that may wait: the one that carries sound reads no card for it', async () => {
  const log = await openAt(aFolder({}).path, { kind: 'sqlite' });
  for (let n = 0; n < 60; n++)
    tell(
      log,
      `CA${n}`,
      eventsOf([
        [0, rang({ wallMs: Date.now() - 40 * DAY_MS })],
        [9, { type: 'ended', reason: 'drained' }],
      ]),
    );
  for (let n = 0; n < 3; n++) recorded(log, `CArecorded${n}`, 'front-desk', 40);
  await log.flush(5_000);
  const parse = vi.spyOn(JSON, 'parse');
  onTestFinished(() => parse.mockRestore());

  expect(await log.sweep(retention({}))).toEqual({ recordings: 3, words: 0, calls: 0 });
  expect(parse.mock.calls.length).toBeLessThan(5);
});

it('leaves no byte of what was said', async () => {
  const directory = aFolder({}).path;
  const log = await openAt(directory, { kind: 'sqlite' });
  recorded(log, 'CA1', 'front-desk', 100);
  tell(log, 'CA2', aWholeCall({ wallMs: Date.now() }));
  await log.flush(5_000);

  expect(await log.sweep(retention({}))).toEqual({ recordings: 1, words: 1, calls: 0 });
  const bytes = readdirSync(directory, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
  expect(bytes.join()).toContain('shipped');
  expect(bytes.join()).not.toMatch(/canary/);
});
