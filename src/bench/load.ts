import { FRAME_MS } from '../audio/format.ts';
import { systemClock } from '../ports/clock.ts';
import {
  type PracticeModel,
  type PracticeSession,
  type Prompt,
  practiceEars,
  startPracticeModel,
} from '../practice/model/index.ts';
import { benchBrain } from './answers.ts';
import { BenchCall } from './bench-call.ts';
import { noSamples, type Samples, type Spread, spreadOf } from './samples.ts';
import { Stalls } from './stalls.ts';

/**
 * The callers and the model of the bench, in a process of their own: beside the servers under test, never within them.
 * Takes orders from its parent process, one after the other.
 */
export type LoadOrder =
  | { readonly type: 'warm_up'; readonly urls: readonly string[] }
  | {
      readonly type: 'measure';
      readonly url: string;
      readonly calls: number;
      readonly seconds: number;
      /** Rounds of one name are summed up together; without one, those of one address. */
      readonly name?: string;
      /** Marks come back up to this much late. */
      readonly marksLateMs?: number;
    };

/** One round of measuring one server. */
export interface LoadResult {
  /** Processor time of the server per second of call, in milliseconds. */
  readonly cpuMsPerCallSecond: number;
  /** What it has grown by since it was warm, a server's leftovers of the rounds before included. */
  readonly memoryKbPerCall: number;
  readonly framesSent: number;
  readonly framesLost: number;
  /** How busy this process itself was: beyond 0.9 its own queues are what it measures. */
  readonly ownLoad: number;
  /** Of this round and those before it with as many calls. */
  readonly soFar: {
    readonly up: Spread;
    readonly down: Spread;
    readonly clear: Spread;
    readonly heardError: Readonly<Record<string, Spread>>;
    readonly gaps: number;
    readonly unjudged: number;
    readonly framesLate: number;
  };
}

const THINK_MS = 1_700;
/** A server that runs all day has had calls before: its code is compiled for speed, its memory that of a working day. */
const WARM_UP_CALLS = 20;
const WARM_UP_MS = 20_000;
/** By then all of them talk. */
const SETTLE_MS = 4_000;
/** What was on its way when they hung up has arrived. */
const HUNG_UP_MS = 1_000;
const LATE_MS = 40;

const callOf = new WeakMap<PracticeSession, BenchCall>();
/** One call rings at a time, so that the session that appears is its own. */
let ringing: BenchCall | null = null;
const stalls = new Stalls();
const warmBytes = new Map<string, number>();
const samplesOf = new Map<string, Samples>();
/** The caller's turns, by what the model calls them. */
const callOfItem = new Map<string, BenchCall>();
/** Each call begins with another situation, so that all of them come up in a few seconds. */
let situations = 0;
const model = await startModel();
process.send?.({ modelUrl: model.baseUrl });
process.on('message', async (order: LoadOrder) => {
  process.send?.(order.type === 'warm_up' ? await warmUp(order.urls) : await measure(order));
});

async function warmUp(urls: readonly string[]): Promise<{ readonly isWarm: true }> {
  const loads: Load[] = [];
  for (const url of urls) loads.push(await startCalls(url, WARM_UP_CALLS, 0, noSamples()));
  await pause(WARM_UP_MS);
  for (const load of loads) await load.end();
  for (const url of urls) warmBytes.set(url, (await figuresOf(url)).residentBytes);
  return { isWarm: true };
}

async function measure({
  url,
  calls,
  seconds,
  name = url,
  marksLateMs = 0,
}: Extract<LoadOrder, { type: 'measure' }>): Promise<LoadResult> {
  const samples = samplesOf.get(`${name} ${calls}`) ?? noSamples();
  samplesOf.set(`${name} ${calls}`, samples);
  const settling = noSamples();
  const { benchCalls, end } = await startCalls(url, calls, marksLateMs, settling);
  await pause(SETTLE_MS);
  for (const call of benchCalls) call.samples = samples;
  const [before, ownBefore, begunAt] = [await figuresOf(url), process.cpuUsage(), systemClock.now()];
  await pause(seconds * 1000);
  const [after, own, ms] = [await figuresOf(url), process.cpuUsage(ownBefore), systemClock.now() - begunAt];
  for (const call of benchCalls) call.samples = settling;
  await end();
  const framesSent = sum(benchCalls.map((call) => call.framesSent));
  const framesHeard = sum(benchCalls.map((call) => call.framesHeard));
  return {
    cpuMsPerCallSecond: ((after.cpuSeconds - before.cpuSeconds) * 1000) / (calls * (ms / 1000)),
    memoryKbPerCall: (after.residentBytes - (warmBytes.get(url) ?? Number.NaN)) / 1000 / calls,
    framesSent,
    framesLost: framesSent - framesHeard,
    ownLoad: (own.user + own.system) / 1000 / ms,
    soFar: {
      up: spreadOf(samples.up),
      down: spreadOf(samples.down),
      clear: spreadOf(samples.clear),
      heardError: Object.fromEntries(
        [...samples.heardError].map(([name, errors]) => [name, spreadOf(errors)]),
      ),
      gaps: samples.gaps,
      unjudged: samples.unjudged,
      framesLate: samples.up.filter((late) => late > LATE_MS).length,
    },
  };
}

interface Load {
  readonly benchCalls: readonly BenchCall[];
  end(): Promise<void>;
}

/**
 * Rings that often, and lets them talk. Their frames are spread over the milliseconds of a frame, as evenly as they
 * can be: those that come together share a wake-up of the server, and how many do is not to be left to chance.
 */
async function startCalls(url: string, calls: number, marksLateMs: number, samples: Samples): Promise<Load> {
  const benchCalls: BenchCall[] = [];
  for (let i = 0; i < calls; i++)
    benchCalls.push(await connect(url, (i * FRAME_MS) / calls, marksLateMs, samples));
  for (const call of benchCalls) void call.talk();
  const end = async () => {
    for (const call of benchCalls) call.hangUp();
    await pause(HUNG_UP_MS);
  };
  return { benchCalls, end };
}

async function connect(
  url: string,
  phaseMs: number,
  marksLateMs: number,
  samples: Samples,
): Promise<BenchCall> {
  const call = new BenchCall(samples, stalls, situations++);
  ringing = call;
  await call.ring(url, phaseMs, marksLateMs);
  while (ringing !== null) await pause(1);
  return call;
}

/** The call that a session belongs to. */
function callBehind(session: PracticeSession): BenchCall | undefined {
  if (ringing && !callOf.has(session)) {
    callOf.set(session, ringing);
    ringing = null;
  }
  return callOf.get(session);
}

function firstSituationOf({ items }: Prompt): number {
  const turn = items.find((item) => item.type === 'user');
  return (turn && callOfItem.get(turn.id)?.firstSituation) ?? 0;
}

function startModel(): Promise<PracticeModel> {
  return startPracticeModel({
    brain: benchBrain(THINK_MS, firstSituationOf),
    ears: { ...practiceEars, recognise: () => null },
    onClientEvent(event, session) {
      const call = callBehind(session);
      if (event.type === 'input_audio_buffer.append') {
        const bytes =
          Math.floor((event.audio.length * 3) / 4) -
          (event.audio.endsWith('==') ? 2 : event.audio.endsWith('=') ? 1 : 0);
        const isMulaw = session.config.audio.input.format.type === 'audio/pcmu';
        call?.onAppend(isMulaw ? bytes : bytes / 6, systemClock.now());
      }
      if (event.type === 'conversation.item.truncate') call?.onTruncate(event.item_id, event.audio_end_ms);
    },
    onServerEvent(event, session) {
      const call = callOf.get(session);
      if (call && event.type === 'conversation.item.added' && event.item.id)
        callOfItem.set(event.item.id, call);
      if (event.type === 'response.output_audio.delta') call?.onDelta(systemClock.now());
      if (event.type === 'response.output_item.added' && event.item.id) call?.onItem(event.item.id);
      if (event.type === 'input_audio_buffer.speech_started') call?.onSpeechStarted(systemClock.now());
    },
  });
}

/** What the server says of itself: both it and the relay have these two lines. */
async function figuresOf(url: string): Promise<{ cpuSeconds: number; residentBytes: number }> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const figure = (name: string) =>
    Number(new RegExp(`^${name} ([\\d.e+]+)`, 'm').exec(text)?.[1] ?? Number.NaN);
  return {
    cpuSeconds: figure('process_cpu_seconds_total'),
    residentBytes: figure('process_resident_memory_bytes'),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}
