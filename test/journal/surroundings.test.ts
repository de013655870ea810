import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../../src/app/config.ts';
import { checkCallLog } from '../../src/commands/doctor/check-call-log.ts';
import type { CallLog } from '../../src/journal/call-log.ts';
import { LogsSetAside } from '../../src/journal/logs-set-aside.ts';
import type { ThreadNotice } from '../../src/journal/messages.ts';
import { neighboursIn } from '../../src/journal/neighbours.ts';
import { Surroundings } from '../../src/journal/surroundings.ts';
import { warningsOf } from '../../src/journal/warnings.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { aSqliteLog } from '../support/a-sqlite-log.ts';
import { aWholeCall } from '../support/logged-calls.ts';
import { aFolder } from '../support/temp-folder.ts';

const PATIENCE = { timeout: 20_000 };

function tell(log: CallLog, callId: string): void {
  for (const event of aWholeCall()) log.observer(callId, event);
}

/** A process of its own that logs calls in this directory, until it is killed. */
async function anotherServer(directory: string) {
  const program = join(import.meta.dirname, '../support/logging-process.ts');
  const child = spawn(process.execPath, [program, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(createInterface({ input: child.stdout }), 'line');
  return {
    pid: child.pid,
    async leave() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

describe('a call log whose directory is removed while it is used', () => {
  it('says so, also on the pages, and goes on in a new one', async () => {
    const directory = join(aFolder({}).path, 'data');
    const { log, notices } = await aSqliteLog(directory);
    tell(log, 'CAbefore');
    await log.flush(5_000);
    rmSync(directory, { recursive: true });

    await expect.poll(() => notices.map(({ type }) => type), PATIENCE).toContain('store_removed');
    expect(warningsOf(log)).toEqual([expect.stringContaining('was removed while it was in use')]);
    tell(log, 'CAafter');
    expect(await log.flush(20_000)).toBe(true);
    expect((await log.store.list({})).calls.map(({ callId }) => callId)).toEqual(['CAafter']);
    expect(notices.filter(({ type }) => type === 'store_removed')).toHaveLength(1);
  });
});

describe('what lies around a call log', () => {
  it('is said once when nothing new can be written there any more, and once when it can again', () => {
    const directory = aFolder({}).path;
    const said: ThreadNotice[] = [];
    const settings = {
      role: 'writer',
      directory,
      owner: 'k',
      store: { kind: 'sqlite' },
      deliversWebhooks: false,
    } as const;
    let isForbidden = false; // nothing is to root, so it is told
    const surroundings = new Surroundings(
      settings,
      new LogsSetAside(directory),
      (notice) => said.push(notice),
      () => !isForbidden,
    );
    for (isForbidden of [false, true, true, false, false]) surroundings.look();

    expect(said).toEqual([
      { type: 'folder', isWritable: false },
      { type: 'folder', isWritable: true },
    ]);
  });

  it('is another server’s as well: each is told of the other, by its process, until it leaves', async () => {
    const directory = aFolder({}).path;
    const { log, notices } = await aSqliteLog(directory);
    const told = () => notices.flatMap((notice) => (notice.type === 'neighbours' ? [notice.neighbours] : []));
    const other = await anotherServer(directory);
    await expect
      .poll(
        () =>
          told()
            .at(-1)
            ?.map(({ pid }) => pid),
        PATIENCE,
      )
      .toEqual([other.pid]);
    expect(
      checkCallLog(readConfig({ DATA_DIR: directory }), systemClock).map(({ text }) => text),
    ).toContainEqual(expect.stringContaining(`Kept at the moment by process ${other.pid} on `));
    tell(log, 'CAours');
    await log.flush(5_000);

    await other.leave();
    await expect.poll(() => told().at(-1), PATIENCE).toEqual([]);
    expect(await log.store.card('CAours')).toMatchObject({ endReason: 'caller_hung_up' });
  });

  it('is not another server’s that was killed, and what that has left is cleared away', async () => {
    const directory = aFolder({}).path;
    const other = await anotherServer(directory);
    await expect.poll(() => existsSync(join(directory, 'running')), PATIENCE).toBe(true);
    await other.leave();

    expect(neighboursIn(directory, Date.now())).toEqual([]);
    expect(readdirSync(join(directory, 'running'))).toEqual([]);
  });
});
