import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort, isReady } from '../support/a-port.ts';
import { aFolder } from '../support/temp-folder.ts';

const ROOT = join(import.meta.dirname, '../..');
/** For a busy machine: what is tried here would otherwise last for ever. */
const PATIENCE_MS = 60_000;

function run(file: string, args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [join(ROOT, file), ...args], { env, cwd: aFolder({}).path });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = Object.assign(child, { output: '' });
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (data: Buffer) => {
      ended.output += data.toString();
    });
  return ended;
}

async function endOf(child: ChildProcess): Promise<number | string | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode ?? child.signalCode;
}

describe('a process that is told to end', () => {
  it.skipIf(process.platform !== 'linux')(
    'ends, by force, where one of its threads is stuck in the system',
    async () => {
      const child = run('test/support/a-stuck-process.ts', ['stuck thread']);

      expect(await endOf(child)).toBe('SIGKILL');
      expect(child.output).toContain('the log does not end: it is stuck in the system');
    },
    PATIENCE_MS,
  );

  it(
    'ends where closing never comes to an end, and says so',
    async () => {
      const child = run('test/support/a-stuck-process.ts', ['stuck closing']);

      expect(await endOf(child)).toBe(0);
      expect(child.output).toContain('Closing took longer than 0.5 s');
    },
    PATIENCE_MS,
  );

  it(
    'waits for nothing any more when it is told so twice',
    async () => {
      expect(await endOf(run('test/support/a-stuck-process.ts', ['twice']))).toBe(0);
    },
    PATIENCE_MS,
  );
});

describe('a DATA_DIR that cannot be', () => {
  it.skipIf(process.platform !== 'linux').each([
    ['/proc/x', 'no folder can be made there'],
    ['/dev/null/x', 'a file is in its way'],
    ['/etc/passwd', 'it is a file'],
  ])(
    'is told of at the start, spins no thread, and holds up no end: %s',
    async (folder, why) => {
      const port = await freePort();
      const child = run('src/main.ts', [], { PORT: String(port), DATA_DIR: folder });
      const url = `http://localhost:${port}`;
      await expect.poll(() => isReady(url), { timeout: 40_000 }).toBe(true);
      const health = `DATA_DIR ${folder} cannot be used (${why}): set it to a folder that can be made and written to.`;
      await expect.poll(() => child.output, { timeout: 20_000 }).toContain(health);

      child.kill('SIGTERM');

      expect(await endOf(child)).toBe(0);
    },
    PATIENCE_MS,
  );
});
