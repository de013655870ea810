/**
 * What people who read cost those who talk: how late frames of live calls are, in the program as it is started, while
 * nobody reads, while 500 event streams are open and the page of a call of 6,000 events is asked for ten times a second,
 * and while twenty such pages are asked for at once: `node test/support/measure-beside.ts [calls] [seconds]`.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { coreTimes, stolenLine } from '../../src/bench/stalls.ts';
import { aLoad } from './a-load.ts';
import { aServerWithCalls } from './a-server-with-calls.ts';
import { aLongCall } from './logged-calls.ts';

const calls = Number(process.argv[2] ?? 8);
const seconds = Number(process.argv[3] ?? 6);
const STREAMS = 500;
const PAGES_A_SECOND = 10;
const AT_ONCE = 20;
const EVENTS = 6_000;
/** By then the callers have rung and talk. */
const SETTLING_MS = 3_000;

const src = join(import.meta.dirname, '../../src');
const loopFile = join(tmpdir(), `ringdown-loop-${process.pid}`);
const load = await aLoad();
const server = await aServerWithCalls([{ callId: 'CAlong', events: aLongCall(EVENTS) }], {
  OPENAI_BASE_URL: load.modelUrl,
  OPENAI_API_KEY: 'practice',
  AGENTS_DIR: join(src, 'bench/agents'),
  MAX_CALLS: '1000',
  NODE_OPTIONS: `--import=${join(import.meta.dirname, 'look-at-the-loop.ts')}`,
  LOOP_FILE: loopFile,
});
const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
const answers = new Map<number | string, number>();
const pageMs: number[] = [];
const before = coreTimes();
try {
  console.log(
    `${calls} calls, ${seconds} s each. Milliseconds from the phone to the model, and from the model to the phone.\n`,
  );
  console.log('up p50     p99    most  down p50     p99    most  in one go');
  await measured('warm-up', async () => {});
  await measured('nobody reads', async () => {});
  await measured(`${STREAMS} streams, ${PAGES_A_SECOND} long pages a second`, async (isOver) => {
    const streams = await openStreams();
    while (!isOver()) {
      void page('/calls/CAlong');
      await wait(1000 / PAGES_A_SECOND);
    }
    for (const stream of streams) stream.destroy();
  });
  tellAnswers();
  await measured(`${AT_ONCE} long pages at once, again and again`, async (isOver) => {
    while (!isOver()) await Promise.all(Array.from({ length: AT_ONCE }, () => page('/calls/CAlong')));
  });
  tellAnswers();
  await measured('nobody reads any more', async () => {});
  console.log(`\nThe server holds ${server.residentMb().toFixed(0)} MB; ${stolenLine(before, coreTimes())}.`);
} finally {
  load.end();
  await server.close();
  rmSync(loopFile, { force: true });
}

async function measured(what: string, meanwhile: (isOver: () => boolean) => Promise<void>) {
  let isOver = false;
  const result = load.measure({ url: server.url, calls, seconds, name: what }).finally(() => {
    isOver = true;
  });
  await wait(SETTLING_MS);
  const since = Date.now();
  await meanwhile(() => isOver);
  const { up, down } = (await result).soFar;
  const inOneGo = busiest(since).toFixed(1).padStart(9);
  console.log(
    ...[up, down].flatMap(({ p50, p99, most }) => [p50, p99, most]).map((ms) => ms.toFixed(1).padStart(7)),
    inOneGo,
    ' ',
    what,
  );
}

/** The most processor time that the thread with the calls has spent in one go since then. */
function busiest(since: number): number {
  const looks = existsSync(loopFile) ? readFileSync(loopFile, 'utf8').trim().split('\n') : [];
  const lately = looks.map((look) => look.split(' ').map(Number)).filter(([at = 0]) => at > since + 1_000);
  return Math.max(0, ...lately.map(([, mostMs = 0]) => mostMs));
}

/** Half of them on the board, half of them on one of the calls. */
async function openStreams() {
  const { calls: live }: { calls: { callId: string }[] } = JSON.parse(
    await (await fetch(`${server.url}/api/live`)).text(),
  );
  const opened = Array.from({ length: STREAMS }, (_, n) =>
    n % 2 ? '/api/live/stream' : `/api/live/${live[0]?.callId}/stream`,
  ).map((path) => {
    const asked = get(`${server.url}${path}`, { agent, headers: { Origin: server.url } }, (response) => {
      count(`stream ${response.statusCode}`);
      response.resume().on('error', () => {});
    });
    return asked.on('error', () => {});
  });
  await wait(0);
  return opened;
}

async function page(path: string): Promise<void> {
  const askedAt = performance.now();
  await new Promise<void>((resolve) => {
    get(`${server.url}${path}`, { agent }, (response) => {
      count(response.statusCode ?? 0);
      response.resume().once('close', resolve);
    }).once('error', () => {
      count('error');
      resolve();
    });
  });
  pageMs.push(performance.now() - askedAt);
}

function count(what: number | string): void {
  answers.set(what, (answers.get(what) ?? 0) + 1);
}

function tellAnswers(): void {
  pageMs.sort((one, other) => one - other);
  const at = (share: number) => (pageMs[Math.floor(share * (pageMs.length - 1))] ?? 0).toFixed(0);
  console.log(
    `  answers: ${[...answers].map(([what, many]) => `${what}: ${many}`).join(', ')}; pages took p50 ${at(0.5)} ms, most ${at(1)} ms`,
  );
  answers.clear();
  pageMs.length = 0;
}
