import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openCallLog } from '../../src/journal/call-log.ts';
import { HeldStore } from '../../src/journal/held-store.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { aWholeCall, seededCalls, stored } from '../support/logged-calls.ts';

function aDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'call-log-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

it('begins its thread again when that ends, and nothing of a call is lost', async () => {
  const threads = new Set<Worker>();
  const { postMessage } = Worker.prototype;
  const spy = vi.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (
    this: Worker,
    ...message
  ) {
    threads.add(this);
    postMessage.apply(this, message);
  });
  onTestFinished(() => spy.mockRestore());
  const log = await openCallLog({ directory: aDirectory(), store: { kind: 'sqlite' }, clock: systemClock });

  for (const event of aWholeCall()) log.observer('CA1', event);
  const isKept = log.flush(20_000);
  for (const thread of threads) await thread.terminate();

  expect(await isKept).toBe(true);
  expect(threads.size).toBeGreaterThan(1);
  expect(await log.store.events('CA1')).toEqual(aWholeCall());
  expect(log.health).toEqual({ status: 'ok' });
  await log.close();
}, 30_000);

it('sets its database aside when that turns out to be damaged, and begins a fresh one', async () => {
  const directory = aDirectory();
  const aside: string[] = [];
  const settings = {
    role: 'writer',
    directory,
    owner: 'this',
    store: { kind: 'sqlite' },
    deliversWebhooks: false,
  } as const;
  const held = new HeldStore(settings, (notice) => {
    if (notice.type === 'store_set_aside') aside.push(notice.path);
  });
  await held.use((store) =>
    store.append([...seededCalls(100)].flatMap(({ callId, events }) => stored(callId, events))),
  );
  await held.close();
  await held.use((store) => store.append(stored('CAbefore', aWholeCall())));

  const path = join(directory, 'calls.db');
  const other = new DatabaseSync(path); // what it writes has the store read its pages again
  other.exec(`INSERT INTO owners (owner, seen_ms) VALUES ('other', 0)`);
  const file = openSync(path, 'r+');
  for (let at = 4_096; at < statSync(path).size; at += 4_096)
    writeSync(file, Buffer.alloc(100, 0xa5), 0, 100, at);
  closeSync(file);
  onTestFinished(() => other.close());
  const failures: string[] = [];
  for (let n = 0; n < 5; n++) {
    await held
      .use((store) => store.append(stored(`CAafter${n}`, aWholeCall())))
      .catch(({ reason }) => void failures.push(reason));
  }

  expect(failures).toEqual(['store_corrupt']);
  expect(aside).toHaveLength(1);
  expect(readFileSync(aside[0] ?? '').includes(Buffer.alloc(100, 0xa5))).toBe(true);
  expect((await held.use((store) => store.list({}))).calls.map(({ callId }) => callId)).toEqual([
    'CAafter4',
    'CAafter3',
    'CAafter2',
    'CAafter1',
  ]);
  await held.close();
});
