import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemClock } from '../../../src/ports/clock.ts';
import type { CallEvent } from '../../../src/ports/facts.ts';
import { aSchema } from '../a-postgres.ts';
import { aWayTo } from '../a-way-to-postgres.ts';
import { Server } from '../store-faults/a-server.ts';
import { type ListeningPhone, pause } from '../store-faults/listening-phone.ts';
import { talking } from '../store-faults/round.ts';
import { aTalkingModel } from '../store-faults/talking-model.ts';
import { aReceiver, type Receiver } from './a-receiver.ts';

/** What became of calls on two servers that share a log. */
export interface TwoServersReport {
  readonly calls: number;
  /** Ended by anybody but their callers. */
  readonly dropped: number;
  readonly answers: number;
  readonly events: number;
  readonly lost: number;
  readonly doubled: number;
  /** With another end than that the caller hung up. */
  readonly markedFailed: number;
  readonly orphansClosed: number;
  readonly letGo: number;
  /** Calls of which nobody was told, and messages that were too many. */
  readonly untold: number;
  readonly toldAgain: number;
  readonly caughtUpMs: number;
}

/** What became of the calls of a server that was frozen until others had them. */
export interface FrozenReport {
  readonly calls: number;
  readonly acquiredAfterMs: number;
  /** What was written of them once it was awake again. */
  readonly writtenAfterwards: number;
  readonly ends: number;
  readonly letGoAfterMs: number;
  readonly toldOf: number;
  readonly toldAgain: number;
}

/** Everything that has to be put away again, the last thing first. */
type PutAway = (done: () => void | Promise<void>) => void;

/** One server's way to their Postgres is cut for so long, while both have calls. */
export async function oneCutOff(calls: number, faultMs: number, putAway: PutAway): Promise<TwoServersReport> {
  const { schema, drop } = await aSchema();
  putAway(drop);
  const way = await aWayTo(5432);
  putAway(() => way.close());
  const urlBy = (port: number) =>
    `postgres://postgres@127.0.0.1:${port}/test?options=${encodeURIComponent(`-c search_path=${schema}`)}`;
  const places = [way.port, 5432].map((port) => ({ dataDir: aDataDir(putAway), databaseUrl: urlBy(port) }));
  return duringFault(places, calls, putAway, async () => {
    way.cut();
    await pause(faultMs);
    way.mend();
  });
}

/** Both write to one SQLite file, and neither can for so long. */
export async function bothStalled(
  calls: number,
  faultMs: number,
  putAway: PutAway,
): Promise<TwoServersReport> {
  const dataDir = aDataDir(putAway);
  const place = { dataDir, databaseUrl: null };
  return duringFault([place, place], calls, putAway, async () => {
    const other = new DatabaseSync(join(dataDir, 'calls.db'), { timeout: 5_000 });
    other.exec('BEGIN IMMEDIATE');
    await pause(faultMs);
    other.exec('ROLLBACK');
    other.close();
  });
}

/** One of two servers is stopped in the middle of its calls, for so long, and wakes. */
export async function oneFrozen(
  store: 'sqlite' | 'postgres',
  calls: number,
  faultMs: number,
  putAway: PutAway,
): Promise<FrozenReport> {
  const place = { dataDir: aDataDir(putAway), databaseUrl: null as string | null };
  if (store === 'postgres') {
    const { schema, url, drop } = await aSchema();
    putAway(drop);
    place.databaseUrl = `${url}?options=${encodeURIComponent(`-c search_path=${schema}`)}`;
  }
  const { first, second, model, receiver } = await started([place, place], putAway);
  const { phones, end } = await talking(first, model, calls);
  await pause(SETTLED_MS);
  process.kill(first.pid, 'SIGSTOP');
  const frozenAt = systemClock.now();
  const acquired = until(async () => {
    const all = await Promise.all(phones.map((phone) => eventsOf(second, phone)));
    return all.every((events) => events.some(({ type }) => type === 'ended'));
  }, faultMs + PATIENCE_MS);
  await pause(faultMs);
  const acquiredAt = await acquired;
  const before = await Promise.all(phones.map((phone) => eventsOf(second, phone)));
  process.kill(first.pid, 'SIGCONT');
  const awakeAt = systemClock.now();
  const letGoAt = await until(async () => (await liveCalls(first)) === 0);
  await pause(AFTERWARDS_MS);
  await end();
  const after = await Promise.all(phones.map((phone) => eventsOf(second, phone)));
  return {
    calls,
    acquiredAfterMs: acquiredAt - frozenAt,
    writtenAfterwards: countNot(after, before),
    ends: count(after.flat(), 'ended'),
    letGoAfterMs: letGoAt - awakeAt,
    toldOf: new Set(receiver.messages.map(({ callId }) => callId)).size,
    toldAgain: receiver.messages.length - new Set(receiver.messages.map(({ callId }) => callId)).size,
  };
}

interface Place {
  readonly dataDir: string;
  readonly databaseUrl: string | null;
}

async function duringFault(
  places: readonly Place[],
  calls: number,
  putAway: PutAway,
  fault: () => Promise<void>,
): Promise<TwoServersReport> {
  const { first, second, model, receiver } = await started(places, putAway);
  const [mine, others] = [
    await talking(first, model, calls),
    await talking(second, model, Math.ceil(calls / 4)),
  ];
  const phones = [...mine.phones, ...others.phones];
  await pause(SETTLED_MS);
  await fault();
  const overAt = systemClock.now();
  const caughtUp = until(async () => {
    const all = await Promise.all(phones.map((phone) => eventsOf(second, phone)));
    return all.every((events, n) => count(events, 'agent_said') >= (phones[n]?.answersBefore(overAt) ?? 0));
  });
  await pause(AFTERWARDS_MS);
  const caughtUpAt = await caughtUp;
  await Promise.all([mine.end(), others.end()]);
  await until(async () => receiver.messages.length >= phones.length);
  await pause(AFTERWARDS_MS); // whatever is too much has time to come
  return reportOf(phones, [first, second], receiver, caughtUpAt - overAt);
}

async function started(places: readonly Place[], putAway: PutAway) {
  const receiver = await aReceiver();
  putAway(() => receiver.close());
  const model = await aTalkingModel();
  putAway(() => model.close());
  const servers = await Promise.all(
    places.map(async (place) => {
      const server = await Server.start({
        modelUrl: model.baseUrl,
        ...place,
        environment: receiver.environment,
      });
      putAway(() => server.kill());
      return server;
    }),
  );
  const [first, second] = servers;
  if (!first || !second) throw new Error('Two servers are wanted.');
  return { first, second, model, receiver };
}

async function reportOf(
  phones: readonly ListeningPhone[],
  servers: readonly Server[],
  { messages }: Receiver,
  caughtUpMs: number,
): Promise<TwoServersReport> {
  const [, second] = servers;
  const logs = await Promise.all(phones.map((phone) => (second ? eventsOf(second, phone) : [])));
  const said = (text: RegExp) =>
    servers.flatMap(({ log }) => log).filter((line) => text.test(line.text)).length;
  const told = new Set(messages.map(({ callId }) => callId));
  return {
    calls: phones.length,
    dropped: phones.filter(({ heard }) => heard.wasDropped).length,
    answers: phones.reduce((sum, { heard }) => sum + heard.answers, 0),
    events: logs.flat().length,
    lost: sum(logs.map((events, n) => lostIn(events, phones[n]?.heard.answers ?? 0))),
    doubled: sum(logs.map(doubledIn)),
    markedFailed:
      messages.filter(({ endReason }) => endReason !== 'caller_hung_up').length +
      logs.flat().filter((event) => event.type === 'ended' && event.reason !== 'caller_hung_up').length,
    orphansClosed: said(/were given their end/),
    letGo: said(/it is let go of here/),
    untold: phones.filter(({ callId }) => !told.has(callId)).length,
    toldAgain: messages.length - told.size,
    caughtUpMs,
  };
}

/** Holes in the numbers up to the end, answers that were heard and are not there, and what every call has. */
function lostIn(events: readonly CallEvent[], answers: number): number {
  const end = events.findIndex(({ type }) => type === 'ended');
  const seqs = new Set(events.slice(0, end + 1).map(({ seq }) => seq));
  const items = new Set(events.flatMap((event) => (event.type === 'agent_said' ? [event.itemId] : [])));
  const missing = ONCE.filter((type) => count(events, type) === 0).length;
  return Math.max(0, ...seqs) - seqs.size + Math.max(0, answers - items.size) + missing;
}

function doubledIn(events: readonly CallEvent[]): number {
  const items = events.flatMap((event) => (event.type === 'agent_said' ? [event.itemId] : []));
  const more = ONCE.map((type) => Math.max(0, count(events, type) - 1));
  return (
    events.length -
    new Set(events.map(({ seq }) => seq)).size +
    items.length -
    new Set(items).size +
    sum(more)
  );
}

const ONCE = ['rang', 'answered', 'ended'] as const;

function count(events: readonly CallEvent[], wanted: CallEvent['type']): number {
  return events.filter(({ type }) => type === wanted).length;
}

/** Of what a call has after some time, how much it had not before; what is told of it by its new owner does not count. */
function countNot(
  after: readonly (readonly CallEvent[])[],
  before: readonly (readonly CallEvent[])[],
): number {
  return after.reduce((sum, events, n) => {
    const known = new Set(before[n]?.map(({ seq }) => seq));
    return sum + events.filter(({ seq, type }) => !known.has(seq) && type !== 'webhook_delivery').length;
  }, 0);
}

async function eventsOf(server: Server, { callId }: ListeningPhone): Promise<readonly CallEvent[]> {
  return (await server.events(callId)) ?? [];
}

async function liveCalls({ url }: Server): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^ringdown_calls_live (\d+)/m.exec(text)?.[1] ?? Number.NaN);
}

/** When it became so; never, if that took too long. */
async function until(isSo: () => Promise<boolean>, mostMs = PATIENCE_MS): Promise<number> {
  const begunAt = systemClock.now();
  while (systemClock.now() - begunAt < mostMs) {
    if (await isSo().catch(() => false)) return systemClock.now();
    await pause(250);
  }
  return Number.POSITIVE_INFINITY;
}

function aDataDir(putAway: PutAway): string {
  const path = mkdtempSync(join(tmpdir(), 'ringdown-two-'));
  putAway(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

const SETTLED_MS = 6_000;
const AFTERWARDS_MS = 5_000;
const PATIENCE_MS = 60_000;
