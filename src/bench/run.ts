import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { kernelLine } from './kernels.ts';
import type { LoadOrder, LoadResult } from './load.ts';
import { coreTimes, stolenLine } from './stalls.ts';
import { heading, row, summary } from './table.ts';

/**
 * `npm run bench`: the real server, in a process and on a core of its own, against practice phones and the practice
 * model in another, and in turns with it a relay that touches nothing: the floor all figures are held to.
 *
 * As shipped means: the example business, which records its calls. The other agent keeps no sound, as the relay does.
 */
const LOADS = [
  { calls: 20, seconds: 8, rounds: 3, targets: ['relay', 'pcm', 'pcmu'] }, // few calls: the moods of a machine weigh more
  {
    calls: 100,
    seconds: 5,
    rounds: 3,
    targets: ['relay', 'pcm', 'pcmu', 'pcm, no recording', 'pcmu, no recording'],
  },
  { calls: 200, seconds: 4, rounds: 1, targets: ['pcm', 'pcmu'] }, // as many as the callers' own core is good for
] as const;
/** On lines that give their marks back late, by anything up to that. */
const LATE_MARKS = { calls: 20, seconds: 8, marksLateMs: 1_000 };
/** All in all less than six minutes: each round takes some 6 s more than it measures. */
const SERVERS = {
  relay: null,
  pcm: { audio: 'pcm', agents: 'examples' },
  pcmu: { audio: 'pcmu', agents: 'examples' },
  'pcm, no recording': { audio: 'pcm', agents: 'bench/agents' },
  'pcmu, no recording': { audio: 'pcmu', agents: 'bench/agents' },
} as const;
type Target = keyof typeof SERVERS;

const pin = spawnSync('taskset', ['-p', String(process.pid)]).status === 0;
const src = join(import.meta.dirname, '..');
/** How `npm start` starts the server, flags and all; the relay gets the same. */
const startArgs = manifest.scripts.start.split(' node ')[1]?.split(' ') ?? [];
const flags = startArgs.filter((arg) => arg.startsWith('--'));
const dataDir = mkdtempSync(join(tmpdir(), 'ringdown-bench-'));
process.on('exit', () => rmSync(dataDir, { recursive: true, force: true }));
const load = await startLoad();

console.log(
  `${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${cpus()[0]?.model}, ${cpus().length} cores`,
);
console.log(
  `the model speaking about half of the time; servers and callers on ${pin ? 'different cores' : 'whatever cores the system gives them'}\n`,
);
console.log(`${kernelLine()}\n`);
const TARGETS = Object.keys(SERVERS).filter(isTarget);
const started: ChildProcess[] = [];
try {
  const urls = new Map<Target, string>();
  for (const target of TARGETS) urls.set(target, await startServer(target));
  await load.warmUp([...urls.values()]);
  console.log(heading());
  const before = coreTimes();
  for (const { calls, seconds, rounds, targets } of LOADS) {
    const measured = await measure(urls, { calls, seconds, rounds, targets });
    const floor = measured.get('relay');
    for (const [target, results] of measured) {
      console.log(
        row(target === 'relay' ? 'relay (the floor)' : `Ringdown, ${target}`, calls, results, floor),
      );
      if (target !== 'relay') console.log(summary(results));
    }
  }
  const { calls, seconds, marksLateMs } = LATE_MARKS;
  console.log(`\nWhere marks are up to ${marksLateMs} ms late, ${calls} calls with pcm, no recording:`);
  console.log(summary([await load.measure(urlOf(urls, 'pcm, no recording'), calls, seconds, marksLateMs)]));
  console.log(`\n${stolenLine(before, coreTimes())}`);
} finally {
  for (const server of started) server.kill('SIGKILL');
  load.process.kill();
}

interface Rounds {
  readonly calls: number;
  readonly seconds: number;
  readonly rounds: number;
  readonly targets: readonly Target[];
}

/** In turns: a machine that is shared is quick in one minute and slow in the next. */
async function measure(
  urls: ReadonlyMap<Target, string>,
  { calls, seconds, rounds, targets }: Rounds,
): Promise<ReadonlyMap<Target, readonly LoadResult[]>> {
  const results = new Map<Target, LoadResult[]>(targets.map((target) => [target, []]));
  for (let round = 0; round < rounds; round++)
    for (const [target, ofIt] of results) ofIt.push(await load.measure(urlOf(urls, target), calls, seconds));
  return results;
}

function isTarget(name: string): name is Target {
  return name in SERVERS;
}

function urlOf(urls: ReadonlyMap<Target, string>, target: Target): string {
  const url = urls.get(target);
  if (url === undefined) throw new RangeError(`There is no ${target}.`);
  return url;
}

/** Its address, once it answers. */
async function startServer(target: Target): Promise<string> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = SERVERS[target];
  started.push(server === null ? startRelay(port) : startRingdown(port, target, server));
  await untilAnswering(`${url}/metrics`);
  return url;
}

function startRelay(port: number): ChildProcess {
  return start([...flags, join(src, 'bench/relay.ts'), String(port), load.modelUrl], {});
}

function startRingdown(
  port: number,
  target: Target,
  { audio, agents }: NonNullable<(typeof SERVERS)[Target]>,
): ChildProcess {
  return start(startArgs, {
    PORT: String(port),
    OPENAI_BASE_URL: load.modelUrl,
    OPENAI_API_KEY: 'practice',
    REALTIME_AUDIO: audio,
    AGENTS_DIR: join(src, agents),
    DATA_DIR: join(dataDir, target.replaceAll(/\W+/g, '-')),
    NODE_ENV: 'production',
    MAX_CALLS: '1000',
    LOG_LEVEL: 'warn',
  });
}

/** The servers' core is the first one, and one of them works at a time; callers and model share the last. */
function start(args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  const [command = '', ...rest] = pin
    ? ['taskset', '-c', '0', process.execPath, ...args]
    : [process.execPath, ...args];
  return spawn(command, rest, { cwd: join(src, '..'), env, stdio: ['ignore', 'ignore', 'inherit'] });
}

interface Load {
  readonly process: ChildProcess;
  readonly modelUrl: string;
  warmUp(urls: readonly string[]): Promise<void>;
  measure(url: string, calls: number, seconds: number, marksLateMs?: number): Promise<LoadResult>;
}

async function startLoad(): Promise<Load> {
  const child = fork(join(src, 'bench/load.ts'), { stdio: 'inherit', execArgv: flags });
  if (pin) spawnSync('taskset', ['-a', '-p', '-c', String(cpus().length - 1), String(child.pid)]);
  const { modelUrl } = await reply(child, isReady);
  const ask = <T>(order: LoadOrder, isExpected: (message: unknown) => message is T): Promise<T> => {
    const answer = reply(child, isExpected);
    child.send(order);
    return answer;
  };
  return {
    process: child,
    modelUrl,
    warmUp: async (urls) => void (await ask({ type: 'warm_up', urls }, isWarm)),
    measure: (url, calls, seconds, marksLateMs = 0) =>
      ask({ type: 'measure', url, calls, seconds, name: `${url} ${marksLateMs}`, marksLateMs }, isResult),
  };
}

function isReady(message: unknown): message is { readonly modelUrl: string } {
  return typeof message === 'object' && message !== null && 'modelUrl' in message;
}

function isWarm(message: unknown): message is { readonly isWarm: true } {
  return typeof message === 'object' && message !== null && 'isWarm' in message;
}

function isResult(message: unknown): message is LoadResult {
  return typeof message === 'object' && message !== null && 'cpuMsPerCallSecond' in message;
}

function reply<T>(child: ChildProcess, isExpected: (message: unknown) => message is T): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = () => reject(new Error('The callers of the bench have stopped; what they said is above.'));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      if (isExpected(message)) resolve(message);
      else reject(new Error(`The callers of the bench said something else: ${JSON.stringify(message)}`));
    });
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function untilAnswering(url: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const isUp = await fetch(url).then(
      () => true,
      () => false,
    );
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${url} does not answer.`);
}
