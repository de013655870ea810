import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DIAL_DEFAULTS, dial } from '../src/practice/phone/dial.ts';
import { freePort } from './support/a-port.ts';

const SRC = join(import.meta.dirname, '../src');
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** The program that `npm start` runs: with nothing but a port. */
async function aProcess(environment: Record<string, string> = {}) {
  const folder = await aFolder();
  const port = await freePort();
  const child = run(['main.ts'], { PORT: String(port), ...environment }, folder);
  cleanups.push(() => child.kill('SIGKILL'));
  return { child, url: await untilReady(port), folder };
}

/** `npm start` itself, in a project of its own: what it writes does not land in this one. */
async function npmStart(): Promise<{ npm: ChildProcess; url: string }> {
  const folder = await aFolder();
  const port = await freePort();
  for (const name of ['package.json', 'src', 'node_modules']) {
    await symlink(join(SRC, '..', name), join(folder, name));
  }
  const env = { PATH: process.env['PATH'], HOME: folder, PORT: String(port) };
  const npm = spawn('npm', ['start'], { cwd: folder, env, stdio: 'ignore', detached: true });
  cleanups.push(() => killGroup(npm));
  return { npm, url: await untilReady(port) };
}

/** npm and whatever it left behind. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // all of them are gone, as they should be
  }
}

async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ringdown-'));
  cleanups.push(() => rm(folder, { recursive: true, maxRetries: 5 }));
  return folder;
}

async function untilReady(port: number): Promise<string> {
  const url = `http://localhost:${port}`;
  await vi.waitFor(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200), {
    timeout: 20_000,
    interval: 100,
  });
  return url;
}

function run(
  [file = '', ...args]: readonly string[],
  env: Record<string, string>,
  cwd: string,
): ChildProcess & { output: string } {
  const child = Object.assign(spawn(process.execPath, [join(SRC, file), ...args], { env, cwd }), {
    output: '',
  });
  const listen = (data: Buffer) => {
    child.output += data.toString();
  };
  child.stdout?.on('data', listen);
  child.stderr?.on('data', listen);
  return child;
}

async function exitCode(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null) await once(child, 'exit');
  return child.exitCode;
}

describe('npm start', () => {
  it('answers npm run call without a single variable set, and says so', async () => {
    const { child, url, folder } = await aProcess();

    const phone = run(
      ['commands/call.ts', '--url', url, '--script', 'listen', '--jitter', '40', '--loss', '2'],
      {},
      folder,
    );

    expect(await exitCode(phone)).toBe(0);
    expect(phone.output).toContain('the agent is quiet, after 4.');
    expect(child).toMatchObject({ output: expect.stringContaining('Practice mode') });
  }, 40_000);

  it('C6: lets live calls finish after SIGTERM, tells new callers, and leaves with code 0', async () => {
    const { child, url } = await aProcess();
    const live = await dial({ ...DIAL_DEFAULTS, url }, {});
    if (live.kind === 'words') throw new Error('not connected');

    child.kill('SIGTERM');
    await vi.waitFor(async () => expect((await fetch(`${url}/readyz`)).status).toBe(503), { timeout: 5_000 });
    const late = await dial({ ...DIAL_DEFAULTS, url }, {});
    const isStillOpen = live.line.isOpen;
    live.line.hangUp();

    expect(late).toEqual({ kind: 'words', says: [expect.stringContaining('busy')] });
    expect(isStillOpen).toBe(true);
    expect(await exitCode(child)).toBe(0);
  }, 40_000);

  it('ends calls that outlast the drain, with an apology, and leaves with code 0', async () => {
    const { child, url } = await aProcess({ DRAIN_SECONDS: '1' });
    const live = await dial({ ...DIAL_DEFAULTS, url }, {});
    if (live.kind === 'words') throw new Error('not connected');

    child.kill('SIGTERM');
    await vi.waitFor(() => expect(live.line.isOpen).toBe(false), { timeout: 10_000 });

    expect(await live.after()).toEqual([expect.stringContaining('sorry')]);
    expect(await exitCode(child)).toBe(0);
  }, 40_000);

  it('C6: drains and leaves with code 0 when npm itself is told to stop, as the Procfile has it', async () => {
    const { npm, url } = await npmStart();
    const live = await dial({ ...DIAL_DEFAULTS, url }, {});
    if (live.kind === 'words') throw new Error('not connected');

    npm.kill('SIGTERM');
    await vi.waitFor(async () => expect((await fetch(`${url}/readyz`)).status).toBe(503), { timeout: 5_000 });
    live.line.hangUp();

    expect(await exitCode(npm)).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  }, 40_000);

  it('greets, warns and drains on a server that is open to the world', async () => {
    const { child } = await aProcess({
      TWILIO_AUTH_TOKEN: 'token',
      REVIEW_PASSWORD: 'too short',
      PUBLIC_URL: 'https://calls.example.com',
    });
    await vi.waitFor(() => expect(child.output).toContain('REVIEW_PASSWORD is short'), { timeout: 10_000 });
    expect(child.output).toContain('Ringdown listens on');
    expect(child.output).not.toContain('something failed');

    child.kill('SIGTERM');

    expect(await exitCode(child)).toBe(0);
    expect(child.output).toContain('Closing: no new calls');
  }, 40_000);

  it('ends with a sentence when it cannot listen where it was told to', async () => {
    const folder = await aFolder();

    const child = run(['main.ts'], { HOST: '203.0.113.9', PORT: '0', REVIEW_PASSWORD: 'word' }, folder);

    expect(await exitCode(child)).toBe(1);
    expect(child.output).toContain('check HOST and PORT');
  }, 40_000);

  it('says which program to stop when its port is taken', async () => {
    const { url, folder } = await aProcess();

    const second = run(['main.ts'], { PORT: new URL(url).port }, folder);

    expect(await exitCode(second)).toBe(1);
    expect(second.output).toContain('is taken by another program');
  }, 40_000);
});

describe('npm run call', () => {
  it.each([
    [['--calls', 'many'], 2, '--calls must be a whole number from 1 to 1000, not "many".'],
    [['--script', 'opera'], 2, 'There is no script "opera".'],
    [['--wav', 'nowhere.wav'], 2, 'nowhere.wav cannot be spoken'],
    [['--seconds', '0'], 2, '--seconds must be a whole number from 1 to 86400, not "0".'],
    [['--volume', '11'], 2, "Unknown option '--volume'. Say npm run call -- --help"],
    [['again'], 2, "Unexpected argument 'again'."],
    [['--loss', '101'], 2, '--loss must be a number from 0 to 100, not "101".'],
    [['--url', 'nonsense'], 2, '--url must be an address such as http://localhost:3000, not "nonsense".'],
    [['--url', 'ftp://example.com'], 2, '--url must be an address'],
    [['--url', 'http://127.0.0.1:9'], 1, 'rings http://127.0.0.1:9'],
    [['--help'], 0, '--token'],
  ])(
    'answers %j with code %i and a sentence',
    async (args, code, sentence) => {
      const phone = run(['commands/call.ts', ...args], {}, tmpdir());

      expect(await exitCode(phone)).toBe(code);
      expect(phone.output).toContain(sentence);
      if (code === 2) expect(phone.output.trimEnd()).not.toContain('\n');
    },
    20_000,
  );

  it('hangs up after as long as it was told to, and that is no failure', async () => {
    const { url, folder } = await aProcess();

    const phone = run(['commands/call.ts', '--url', url, '--seconds', '1'], {}, folder);

    expect(await exitCode(phone)).toBe(0);
    expect(phone.output).toContain('the caller hangs up, after 1 s');
    expect(phone.output).toContain('the line is closed, by the caller');
  }, 40_000);
});
