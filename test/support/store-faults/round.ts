import { monitorEventLoopDelay } from 'node:perf_hooks';
import { systemClock } from '../../../src/ports/clock.ts';
import type { CallEvent } from '../../../src/ports/facts.ts';
import type { Server } from './a-server.ts';
import { framesLate, ListeningPhone, pause } from './listening-phone.ts';
import type { TalkingModel } from './talking-model.ts';

/** How some calls sounded at their phones. */
export interface SoundReport {
  readonly calls: number;
  /** Ended by anybody but their callers. */
  readonly dropped: number;
  readonly answers: number;
  readonly brokenAnswers: number;
  readonly framesLate: number;
  readonly longestGapMs: number;
  readonly leastLeadMs: number;
  readonly upP99Ms: number;
  readonly upLate: number;
}

/** What became of some calls while something happened to the store. */
export interface RoundReport extends SoundReport {
  /** As many calls at the same time on another server, whose store is well: what else goes on on this machine. */
  readonly beside: SoundReport;
  /** Of the server's main thread. */
  readonly longestStallMs: number;
  /** Of the phones and their model, which share a process: what they hear late then was not sent late. */
  readonly ownStallMs: number;
  /** From the end of the fault until the log had everything that the phones had heard by then. */
  readonly catchUpMs: number;
  readonly lostEvents: number;
  readonly doubledEvents: number;
  readonly troubles: readonly string[];
}

/** A silence longer than the longest one beside, and by more than chance: whatever holds up one server holds up the other. */
export function longerSilenceMs({ longestGapMs, beside }: RoundReport): number {
  const moreMs = longestGapMs - beside.longestGapMs;
  return moreMs > CHANCE_MS ? moreMs : 0;
}

/** Phones that ring a server, and talk until they are to end their calls. */
export async function talking(
  server: Server,
  model: TalkingModel,
  calls: number,
): Promise<{ readonly phones: readonly ListeningPhone[]; end(): Promise<void> }> {
  const phones = Array.from({ length: calls }, () => new ListeningPhone());
  await model.ring(phones, server.url);
  let goesOn = true;
  const talks = phones.map((phone) => phone.talk(() => goesOn));
  return {
    phones,
    async end() {
      goesOn = false;
      await Promise.all(talks);
    },
  };
}

/** Rings a server with some phones, has something happen while they talk, and reads in the log what it has of them. */
export async function round(
  server: Server,
  healthy: Server,
  model: TalkingModel,
  calls: number,
  fault: () => Promise<void>,
): Promise<RoundReport> {
  const own = monitorEventLoopDelay({ resolution: 5 });
  own.enable();
  const { phones, end } = await talking(server, model, calls);
  const beside = await talking(healthy, model, calls);
  await pause(BEFORE_MS);
  await server.longestStallMs();

  await fault();
  const overAt = systemClock.now();
  const caughtUp = untilCaughtUp(server, phones, overAt);
  await pause(AFTER_MS);
  await Promise.all([end(), beside.end()]);
  own.disable();
  const longestStallMs = await server.longestStallMs();
  const caughtUpAt = await caughtUp;

  const logs = await Promise.all(phones.map((phone) => untilEnded(server, phone)));
  return {
    ...soundOf(phones),
    beside: soundOf(beside.phones),
    longestStallMs,
    ownStallMs: own.max / 1e6,
    catchUpMs: caughtUpAt - overAt,
    lostEvents: logs.reduce((sum, { lost }) => sum + lost, 0),
    doubledEvents: logs.reduce((sum, { doubled }) => sum + doubled, 0),
    troubles: [...new Set(server.log.flatMap(({ troubles }) => troubles))],
  };
}

function soundOf(phones: readonly ListeningPhone[]): SoundReport {
  const heard = phones.map((phone) => phone.heard);
  const gapsMs = heard.flatMap((phone) => phone.gapsMs);
  const upMs = heard.flatMap((phone) => phone.upMs).sort((a, b) => a - b);
  return {
    calls: phones.length,
    dropped: heard.filter(({ wasDropped }) => wasDropped).length,
    answers: heard.reduce((sum, { answers }) => sum + answers, 0),
    brokenAnswers: heard.reduce((sum, phone) => sum + phone.brokenAnswers, 0),
    framesLate: framesLate(gapsMs),
    longestGapMs: Math.max(0, ...gapsMs),
    leastLeadMs: Math.min(...heard.map(({ leastLeadMs }) => leastLeadMs)),
    upP99Ms: upMs[Math.floor(upMs.length * 0.99)] ?? 0,
    upLate: upMs.filter((ms) => ms > LATE_MS).length,
  };
}

async function untilCaughtUp(
  server: Server,
  phones: readonly ListeningPhone[],
  overAt: number,
): Promise<number> {
  const hasAll = async (phone: ListeningPhone) =>
    answersIn((await server.events(phone.callId)) ?? []) >= phone.answersBefore(overAt);
  while (systemClock.now() - overAt < PATIENCE_MS) {
    if ((await Promise.all(phones.map(hasAll))).every(Boolean)) return systemClock.now();
    await pause(100);
  }
  return Number.POSITIVE_INFINITY;
}

/** The log's own numbers have no hole, it ends with an end, and has every answer that the phone had heard, once. */
export async function untilEnded(
  server: Server,
  phone: ListeningPhone,
  heardBefore = Number.POSITIVE_INFINITY,
): Promise<{ readonly lost: number; readonly doubled: number }> {
  const patience = systemClock.now() + PATIENCE_MS;
  let events: readonly CallEvent[] = [];
  while (systemClock.now() < patience) {
    events = (await server.events(phone.callId)) ?? [];
    if (events.some(({ type }) => type === 'ended')) break;
    await pause(100);
  }
  const seqs = new Set(events.map(({ seq }) => seq));
  const holes = Math.max(0, ...seqs) - seqs.size;
  const once = ['rang', 'answered', 'ended'].map(
    (type) => events.filter((event) => event.type === type).length,
  );
  const items = events.flatMap((event) => (event.type === 'agent_said' ? [event.itemId] : []));
  const missingAnswers = Math.max(0, phone.answersBefore(heardBefore) - new Set(items).size);
  return {
    lost: holes + missingAnswers + once.filter((count) => count === 0).length,
    doubled:
      events.length -
      seqs.size +
      items.length -
      new Set(items).size +
      once.filter((count) => count > 1).length,
  };
}

function answersIn(events: readonly CallEvent[]): number {
  return events.filter(({ type }) => type === 'agent_said').length;
}

const BEFORE_MS = 5_000;
const AFTER_MS = 4_000;
const LATE_MS = 40;
const CHANCE_MS = 150;
const PATIENCE_MS = 30_000;
