import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CallLog, type LogNotice, openCallLog } from '../../src/journal/call-log.ts';
import { systemClock } from '../../src/ports/clock.ts';
import type { CallEvent } from '../../src/ports/facts.ts';
import { describeCallStore } from '../contracts/call-store.ts';
import { aWholeCall } from '../support/logged-calls.ts';

/** A log on its threads, in a directory of its own. */
class LogRig {
  readonly directory = mkdtempSync(join(tmpdir(), 'call-log-'));
  readonly notices: LogNotice[] = [];
  #waiting: { readonly isIt: (notice: LogNotice) => boolean; readonly tell: () => void }[] = [];
  readonly #logs: CallLog[] = [];

  async open(): Promise<CallLog> {
    const log = await openCallLog({
      directory: this.directory,
      store: { kind: 'sqlite' },
      clock: systemClock,
      notice: (notice) => {
        this.notices.push(notice);
        for (const { isIt, tell } of this.#waiting) if (isIt(notice)) tell();
      },
    });
    this.#logs.push(log);
    return log;
  }

  /** Resolves when the house is told of this. */
  told(isIt: (notice: LogNotice) => boolean): Promise<void> {
    if (this.notices.some(isIt)) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ isIt, tell: resolve }));
  }

  isDegraded(by: string): Promise<void> {
    return this.told(
      (notice) =>
        notice.type === 'health' &&
        notice.health.status === 'degraded' &&
        notice.health.troubles.some((trouble) => trouble === by),
    );
  }

  bytes(): string {
    return readdirSync(this.directory, { recursive: true, encoding: 'utf8', withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
      .join();
  }

  async dispose(): Promise<void> {
    for (const log of this.#logs) await log.close(100);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

let rig: LogRig;
beforeEach(() => {
  rig = new LogRig();
});
afterEach(() => rig.dispose());

it('takes up no call that was told of a moment ago, and none that was deleted, which keep it busy no longer', async () => {
  const log = await rig.open();
  const due = (seq: number) => ({ type: 'webhook_delivery', state: 'due', seq, atMs: 12_000 }) as const;
  const count = aWholeCall().length;
  for (const callId of ['CA1', 'CA2', 'CA3']) tell(log, callId, [...aWholeCall(), due(count + 1)]);
  await log.flush(5_000);
  log.observer('CA1', { type: 'webhook_delivery', state: 'delivered', seq: count + 2, atMs: 12_000 });
  expect(await log.takeUp(0, ['CA3'])).toEqual(['CA2']);
  await log.flush(5_000);
  await log.store.delete('CA2');
  await log.store.delete('CA3');

  const database = new DatabaseSync(join(rig.directory, 'calls.db'), { timeout: 5_000 });
  database.exec('DELETE FROM owners');
  await new Promise((resolve) => setTimeout(resolve, 2_500)); // two beats, if there were any
  const beats = database.prepare('SELECT owner FROM owners').all();
  database.close();
  expect(beats).toEqual([]);
  expect(await log.takeUp(0, [])).toEqual([]);
});

function tell(log: CallLog, callId: string, events: readonly CallEvent[]): void {
  for (const event of events) log.observer(callId, event);
}

describe('on a thread of its own', () => {
  const shared = new LogRig();
  let log: CallLog;
  beforeAll(async () => {
    log = await shared.open();
  });
  afterAll(() => shared.dispose());

  describeCallStore('SQLite', async () => ({
    store: log.store,
    async dispose() {
      const database = new DatabaseSync(join(shared.directory, 'calls.db'), { timeout: 5_000 });
      database.exec('BEGIN; DELETE FROM calls; DELETE FROM events; DELETE FROM said; COMMIT'); // quicker than a new one
      database.close();
    },
  }));
});

describe('the call log', () => {
  it('keeps what it is told, and shows it', async () => {
    const log = await rig.open();
    tell(log, 'CA1', aWholeCall());
    expect(await log.flush(5_000)).toBe(true);

    expect(await log.store.events('CA1')).toEqual(aWholeCall());
    expect((await log.store.list({ words: 'shipped' })).calls).toHaveLength(1);
    expect(log.health).toEqual({ status: 'ok' });
  });

  it('harms no call while its store is locked, and catches up', async () => {
    const log = await rig.open();
    tell(log, 'CA0', aWholeCall());
    await log.flush(5_000);
    const other = new DatabaseSync(join(rig.directory, 'calls.db'));
    other.exec('BEGIN IMMEDIATE');

    tell(log, 'CA1', aWholeCall());
    await rig.isDegraded('store_locked');
    expect(await log.store.card('CA0')).not.toBeNull();
    other.exec('ROLLBACK');
    other.close();

    expect(await log.flush(10_000)).toBe(true);
    expect(await log.store.events('CA1')).toHaveLength(aWholeCall().length);
    expect(log.health).toEqual({ status: 'ok' });
  });

  it('answers calls though its directory cannot be one, and catches up when it can', async () => {
    rmSync(rig.directory, { recursive: true });
    writeFileSync(rig.directory, 'in the way');
    const log = await rig.open();
    const recorder = log.record('CA1', systemClock.now());
    recorder.start(0);
    recorder.heardFromCaller(new Uint8Array(800).fill(1), 0);
    recorder.end(100);
    tell(log, 'CA1', aWholeCall());
    await rig.isDegraded('store_unwritable');
    await rig.told(({ type }) => type === 'recording_failed');
    expect(rig.notices.filter(({ type }) => type === 'recording_failed')).toHaveLength(1);

    rmSync(rig.directory);
    expect(await log.flush(10_000)).toBe(true);
    expect(await log.store.events('CA1')).toHaveLength(aWholeCall().length);
  });

  it('begins anew when its database is taken away while calls go on', async () => {
    const log = await rig.open();
    tell(log, 'CA1', aWholeCall());
    await log.flush(5_000);
    for (const suffix of ['', '-wal', '-shm']) {
      renameSync(join(rig.directory, `calls.db${suffix}`), join(rig.directory, `away.db${suffix}`));
    }
    tell(log, 'CA2', aWholeCall());

    expect(await log.flush(10_000)).toBe(true);
    expect((await log.store.list({})).calls.map(({ callId }) => callId)).toEqual(['CA2']);
  });

  it('leaves no byte of a deleted call: not in the database, the index, the journal, nor its recording', async () => {
    const log = await rig.open();
    tell(log, 'CA1', aWholeCall());
    const recorder = log.record('CAcanary', systemClock.now());
    recorder.start(0);
    recorder.heardFromCaller(Buffer.from('canarysound'.repeat(100)), 0);
    recorder.end(1_000);
    tell(log, 'CAcanary', [
      { type: 'caller_said', text: 'the canaryword', seq: 1, atMs: 0 },
      ...aWholeCall().slice(1),
    ]);
    await log.flush(5_000);
    expect(rig.bytes()).toContain('canaryword');

    expect(await log.store.delete('CAcanary')).toBe(true);
    tell(log, 'CAcanary', aWholeCall());
    recorder.agentPlayed(Buffer.from('canarysound'), 2_000);
    await log.flush(5_000);

    expect(rig.bytes()).not.toMatch(/c.?a.?n.?a.?r.?y/);
    expect(await log.store.card('CAcanary')).toBeNull();
    expect(await log.store.card('CA1')).not.toBeNull();
  });

  it('gives the calls of a dead process their end', async () => {
    const log = await rig.open();
    tell(log, 'CA1', aWholeCall());
    await log.flush(5_000);
    const database = new DatabaseSync(join(rig.directory, 'calls.db'));
    await log.store.append([{ callId: 'CA2', event: { type: 'answered', seq: 5, atMs: 700 } }]);
    database.exec(`UPDATE calls SET owner = 'dead' WHERE call_id = 'CA2'`);
    database.close();

    await rig.told((notice) => notice.type === 'orphans_closed' && notice.calls === 1);

    expect(await log.store.events('CA2')).toMatchObject([
      { type: 'answered', seq: 5 },
      { type: 'problem', code: 'process_lost', seq: 1_000_001, atMs: 700 },
      { type: 'ended', reason: 'failed', seq: 1_000_002, atMs: 700 },
    ]);
  });
});
