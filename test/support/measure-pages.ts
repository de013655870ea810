/**
 * How fast the review pages answer over ten thousand calls, and what an export costs in memory, through HTTP and in the
 * program as it is started: `node test/support/measure-pages.ts [calls] [requests]`.
 */
import { aServerWithCalls, type Export, takeExport, writeLongNotes } from './a-server-with-calls.ts';

const calls = Number(process.argv[2] ?? 10_000);
const requests = Number(process.argv[3] ?? 100);
const WARM_UP = 5;
const UNREAD_MS = 5_000;
const LONG_NOTE_CHARS = 10_000;
const server = await aServerWithCalls(calls);

/** Every filter there is, by what it finds: nearly all, a few, none. */
const QUERIES = [
  '',
  'q=refund',
  'q=order+number+77',
  'q=please',
  'q=nothingofthekind',
  'from=2026-04-01&to=2026-04-02',
  'agent=night-desk',
  'number=5550001',
  'number=%2B1555000000',
  'direction=outbound',
  'direction=inbound',
  'end=model_lost',
  'live=yes',
  'live=no',
  'tool=opening_hours',
  'tool=none',
  'trouble=tool',
  'trouble=problem',
  'interruptions=1',
  'latency=2500',
  'longer=300',
  'shorter=30',
  'cost=0.01',
  'reviewed=yes',
  'tag=follow+up',
  'tag=none',
  'q=refund&agent=night-desk&trouble=tool&reviewed=no&tag=none',
];

async function timesOf(path: string): Promise<{ p50: number; p95: number; most: number }> {
  const times: number[] = [];
  for (let n = -WARM_UP; n < requests; n++) {
    const startedAt = performance.now();
    const response = await fetch(server.url + path);
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`${path} answered ${response.status}.`);
    if (n >= 0) times.push(performance.now() - startedAt);
  }
  times.sort((one, other) => one - other);
  const at = (share: number) => times[Math.ceil(share * times.length) - 1] ?? 0;
  return { p50: at(0.5), p95: at(0.95), most: at(1) };
}

console.log(`${calls} calls, ${requests} requests each, one after the other. Milliseconds.\n`);
console.log('p50'.padStart(8), 'p95'.padStart(8), 'most'.padStart(8));
const older: { next: string | null } = JSON.parse(
  await (await fetch(`${server.url}/api/calls?limit=200`)).text(),
);
const paths = [
  ...QUERIES.flatMap((query) => [`/?${query}`, `/api/calls?${query}`]),
  `/?after=${older.next}`,
  '/api/calls?limit=200',
  ...['', 'q=please', 'agent=night-desk', 'from=2026-04-01&to=2026-04-30'].flatMap((query) => [
    `/numbers?${query}`,
    `/api/figures?${query}`,
  ]),
];
for (const path of paths) {
  const { p50, p95, most } = await timesOf(path);
  console.log(...[p50, p95, most].map((ms) => ms.toFixed(1).padStart(8)), ' ', path);
}

const tell = (what: string, { lines, bytes, tookMs, grewMb }: Export) =>
  console.log(
    `${what}: ${lines} lines, ${(bytes / 1e6).toFixed(1)} MB, ${(tookMs / 1000).toFixed(1)} s, grew by ${grewMb.toFixed(1)} MB`,
  );
const takeAll = async () => {
  for (const path of ['/api/calls.csv', '/api/calls.jsonl']) {
    tell(`${path}, read at once`, await takeExport(server, path));
    tell(`${path}, left unread for a while`, await takeExport(server, path, UNREAD_MS));
  }
};
console.log(`\nExports. The server holds ${server.residentMb().toFixed(1)} MB before.`);
await takeAll();
writeLongNotes(server.directory, LONG_NOTE_CHARS);
console.log(`\nThe same with a note of ${LONG_NOTE_CHARS} characters on every call.`);
await takeAll();
await server.close();
