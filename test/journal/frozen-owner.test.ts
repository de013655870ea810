import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openCallLog } from '../../src/journal/call-log.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { storesAtHand } from '../support/stores-at-hand.ts';

const TIMES = { beatMs: 300, lookMs: 400, goneMs: 3_000 };
const CALLS = ['CA1', 'CA2', 'CA3'];
const QUIET = 'CAquiet';

describe.each(await storesAtHand())('an owner that comes back, with its calls in %s', (_name, aPlace) => {
  it.each(['the process is stopped', 'the thread that carries sound hangs'])(
    'writes nothing, and learns of every call that it was acquired, after %s',
    async (how) => {
      const { directory, store } = await aPlace();
      const program = fileURLToPath(new URL('../support/owning-process.ts', import.meta.url));
      const wanted = JSON.stringify({ directory, store, times: TIMES, callIds: CALLS, quietId: QUIET });
      const child = spawn(process.execPath, [program, wanted], { stdio: ['pipe', 'pipe', 'inherit'] });
      onTestFinished(() => void child.kill('SIGKILL'));
      const said: string[] = [];
      createInterface({ input: child.stdout }).on('line', (line) => void said.push(line));
      await vi.waitFor(() => expect(said).toEqual(['ready']), PATIENCE);
      const other = await openCallLog({ directory, store, times: TIMES, clock: systemClock });
      onTestFinished(() => other.close(100));
      const events = () => Promise.all([...CALLS, QUIET].map((callId) => other.store.events(callId)));
      await vi.waitFor(async () => expect((await events())[0]?.length).toBeGreaterThan(3), PATIENCE);

      if (how === 'the process is stopped') child.kill('SIGSTOP');
      else child.stdin.write(String(2.5 * TIMES.goneMs));
      await vi.waitFor(async () => {
        for (const call of await events()) expect(call.map(({ type }) => type)).toContain('ended');
      }, PATIENCE);
      const before = await events();
      child.kill('SIGCONT');
      await vi.waitFor(() => expect(said.slice(1).sort()).toEqual(LOST), PATIENCE);

      expect(await events()).toEqual(before);
      for (const call of before) expect(call.filter(({ type }) => type === 'ended')).toHaveLength(1);
    },
    150_000,
  );
});

const LOST = [...CALLS, QUIET].map((callId) => `lost ${callId}`).sort();
const PATIENCE = { timeout: 40_000, interval: 100 };
