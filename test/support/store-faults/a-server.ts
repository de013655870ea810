import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import manifest from '../../../package.json' with { type: 'json' };
import { systemClock } from '../../../src/ports/clock.ts';
import type { CallEvent } from '../../../src/ports/facts.ts';
import { freePort, isReady } from '../a-port.ts';
import { pause } from './listening-phone.ts';

const ROOT = join(import.meta.dirname, '../../..');

export interface ServerSettings {
  readonly modelUrl: string;
  readonly dataDir: string;
  /** Null: SQLite. */
  readonly databaseUrl: string | null;
  readonly recording?: 'on' | 'off';
  readonly environment?: Readonly<Record<string, string>>;
}

/** The real server, started as `npm start` starts it, in a process of its own. */
export class Server {
  readonly url: string;
  readonly pid: number;
  /** How long it took until calls were welcome. */
  readonly readyMs: number;
  readonly log: readonly LogLine[];
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string, readyMs: number, log: readonly LogLine[]) {
    this.#child = child;
    this.pid = child.pid ?? 0;
    this.url = url;
    this.readyMs = readyMs;
    this.log = log;
  }

  static async start({
    modelUrl,
    dataDir,
    databaseUrl,
    recording,
    environment,
  }: ServerSettings): Promise<Server> {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const begunAt = systemClock.now();
    const args = manifest.scripts.start.split(' node ')[1]?.split(' ') ?? [];
    const agents = aListener(recording ?? 'off');
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      env: {
        PORT: String(port),
        OPENAI_BASE_URL: modelUrl,
        OPENAI_API_KEY: 'practice',
        AGENTS_DIR: agents,
        DATA_DIR: dataDir,
        NODE_ENV: 'production',
        DRAIN_SECONDS: '5',
        ...environment,
        ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const end = () => void child.kill('SIGKILL');
    process.once('exit', end); // whoever started it may fail
    child.once('exit', () => {
      process.off('exit', end);
      rmSync(agents, { recursive: true });
    });
    const log: LogLine[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => void log.push(readLine(line)));
    while (!(await isReady(url))) {
      if (child.exitCode !== null) throw new Error(`The server has ended with code ${child.exitCode}.`);
      await pause(20);
    }
    return new Server(child, url, systemClock.now() - begunAt, log);
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Null while nobody can say. */
  async events(callId: string): Promise<readonly CallEvent[] | null> {
    const response = await fetch(`${this.url}/api/calls/${callId}/events`).catch(() => null);
    if (!response?.ok) return null;
    const lines = (await response.text()).split('\n').filter((line) => line !== '');
    return lines.map((line): CallEvent => JSON.parse(line));
  }

  /** The longest the server's main thread was held up since this was last asked. */
  async longestStallMs(): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const seconds = /^nodejs_eventloop_lag_max_seconds ([\d.e+-]+)/m.exec(text)?.[1];
    return Number(seconds ?? Number.NaN) * 1_000;
  }

  async kill(): Promise<void> {
    if (!this.isAlive) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }

  /** Lets it close by itself. */
  async stop(): Promise<number | null> {
    if (!this.isAlive) return this.#child.exitCode;
    this.#child.kill('SIGTERM');
    await once(this.#child, 'exit');
    return this.#child.exitCode;
  }
}

export interface LogLine {
  readonly at: number;
  readonly text: string;
  readonly troubles: readonly string[];
}

function readLine(line: string): LogLine {
  const { msg, health } = JSON.parse(line);
  const isAside = String(msg).includes('set aside');
  return {
    at: systemClock.now(),
    text: String(msg),
    troubles: health?.troubles ?? (isAside ? ['set aside'] : []),
  };
}

/** An agent that only answers: what it says, the model knows. */
function aListener(recording: 'on' | 'off'): string {
  const folder = mkdtempSync(join(tmpdir(), 'ringdown-agents-'));
  mkdirSync(join(folder, 'listener'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(
    join(folder, 'listener', 'agent.ts'),
    `import { defineAgent } from 'ringdown';
     export default defineAgent({
       name: 'listener', instructions: 'Answer.', greeting: { kind: 'none' }, can: [], silence: 'off',
       recording: '${recording}',
     });`,
  );
  return folder;
}
