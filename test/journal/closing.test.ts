import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { pino } from 'pino';
import { expect, it, onTestFinished, vi } from 'vitest';
import { AgentDirectory } from '../../src/agents/directory.ts';
import { readConfig } from '../../src/app/config.ts';
import { setUpJournal } from '../../src/app/journal-setup.ts';
import { openCallLog } from '../../src/journal/call-log.ts';
import type { Ask, FromThread, ThreadSettings } from '../../src/journal/messages.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { openSqliteStore } from '../../src/stores/sqlite/open.ts';
import { aWholeCall, eventsOf, rang, stored } from '../support/logged-calls.ts';
import { aFolder } from '../support/temp-folder.ts';

const SQLITE = { kind: 'sqlite' } as const;
const DAYS = { recordingDays: 1, wordDays: 1, callDays: 1 };

/** More to delete than is done before anybody can say stop. */
async function aLogOfOldCalls(): Promise<string> {
  const directory = aFolder({}).path;
  const { store } = openSqliteStore(directory, { owner: 'long ago', wallMs: Date.now });
  const wallMs = Date.now() - 400 * 24 * 60 * 60_000;
  for (let n = 0; n < 200; n++) {
    const call = eventsOf([
      [0, rang({ wallMs })],
      [4_000, { type: 'ended', reason: 'caller_hung_up' }],
    ]);
    await store.append(stored(`CA${n}`, call));
  }
  await store.close();
  return directory;
}

it('opens its file no more once it was closed, whatever of its own was still to be done', async () => {
  const directory = aFolder({}).path;
  const workerData: ThreadSettings = {
    role: 'writer',
    directory,
    owner: 'this',
    store: SQLITE,
    deliversWebhooks: false,
  };
  const thread = new Worker(new URL('../../src/journal/log-thread-main.ts', import.meta.url), { workerData });
  onTestFinished(async () => void (await thread.terminate()));
  const asks: readonly Ask[] = [
    { type: 'append', batch: stored('CA1', aWholeCall()) },
    { type: 'close' },
    { type: 'append', batch: stored('CA2', aWholeCall()) },
  ];
  const answers = new Map<number, string>();
  for (const [id, ask] of asks.entries()) thread.postMessage({ type: 'ask', id, ask });
  while (answers.size < asks.length) {
    const [message]: FromThread[] = await once(thread, 'message');
    if (message?.type === 'answer') answers.set(message.id, 'done');
    if (message?.type === 'refusal') answers.set(message.id, message.reason);
  }

  expect([...answers]).toEqual([
    [0, 'done'],
    [1, 'done'],
    [2, 'store_closed'],
  ]);
  expect(readdirSync(directory)).toEqual(['calls.db']);
});

it('answers nothing any more when it is closed, and begins no thread for it', async () => {
  const directory = aFolder({}).path;
  const log = await openCallLog({ directory, store: SQLITE, clock: systemClock });
  for (const event of aWholeCall()) log.observer('CA1', event);
  await log.close();

  await expect(log.store.card('CA1')).rejects.toMatchObject({ reason: 'store_closed' });
  await expect(log.store.delete('CA1')).rejects.toMatchObject({ reason: 'store_closed' });
  expect(readdirSync(directory)).toEqual(['calls.db']);
});

it('breaks off a sweep when it is closed, for a reason of its own', async () => {
  const log = await openCallLog({ directory: await aLogOfOldCalls(), store: SQLITE, clock: systemClock });
  const sweep = log.sweep({ agents: new Map(), others: DAYS }).catch((error: unknown) => error);
  await log.close();

  expect(await sweep).toMatchObject({ reason: 'store_closed' });
});

it('takes a sweep that an ordinary stop broke off for no failure', async () => {
  const lines: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const config = readConfig({ DATA_DIR: await aLogOfOldCalls() });
  const agents = await AgentDirectory.open({
    folder: config.agentsDir,
    environment: {},
    houseSettings: { dataDir: config.dataDir },
    clock: systemClock,
    log: logger,
    watch: false,
  });
  onTestFinished(() => agents.close());
  const every = vi.spyOn(systemClock, 'every');
  onTestFinished(() => every.mockRestore());
  const journal = await setUpJournal(config, agents, logger);
  const anHourPasses = every.mock.calls.find(([ms]) => ms === 60 * 60_000)?.[1];

  anHourPasses?.();
  await journal.close();

  expect(anHourPasses).toBeDefined();
  expect(lines.filter((line) => line.includes('old calls'))).toEqual([]);
});
