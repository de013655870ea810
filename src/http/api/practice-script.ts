import type { CallState } from '../../ports/call-state.ts';
import type { CallEvent } from '../../ports/facts.ts';
import type { PracticeScript, PracticeStep } from '../../ports/practice-script.ts';
import type { CallReading, Stretch } from '../../ports/reading.ts';

/** The caller's sound between two moments of the call, in μ-law; null where it was not recorded. */
export type SoundOf = (fromMs: number, untilMs: number) => Promise<Buffer | null>;

/** Makes a call a test: whatever its caller did, in order, with the very sound of it. */
export async function practiceScript(
  events: readonly CallEvent[],
  state: CallState,
  reading: CallReading,
  soundOf: SoundOf,
): Promise<PracticeScript> {
  const { from, to, agent, endReason, endedMs } = state.sums;
  const deeds: Deed[] = [];
  for (const { who, text, atMs, untilMs } of reading.transcript(state)) {
    if (who !== 'caller') continue;
    const sound = await soundOf(atMs - BEFORE_MS, untilMs + AFTER_MS);
    deeds.push({ atMs, untilMs, step: { type: 'say', text, mulaw: sound?.toString('base64') ?? null } });
  }
  for (const event of events) {
    if (event.type !== 'digit') continue;
    const { atMs, digit } = event;
    deeds.push({ atMs, untilMs: atMs, step: { type: 'press', digits: digit } });
  }
  deeds.sort((one, other) => one.atMs - other.atMs);
  const agentSpoke = reading.agentStretches(state);
  const steps = deeds.flatMap(({ atMs, step }, at) => [waitUntil(atMs, deeds[at - 1], agentSpoke), step]);
  const last = waitUntil(endedMs ?? Number.POSITIVE_INFINITY, deeds.at(-1), agentSpoke);
  const hungUp = endReason === 'caller_hung_up';
  return {
    version: 1,
    from,
    to,
    agent,
    steps: [...steps, last, ...(hungUp ? [{ type: 'hang_up' } as const] : [])],
    outcome: { tools: [...state.tools.values()].map(({ name }) => name), endReason },
  };
}

interface Deed {
  readonly atMs: number;
  readonly untilMs: number;
  readonly step: PracticeStep;
}

/** Callers wait for the answer or cut in on it, whenever it comes; without one, they wait as long as they waited. */
function waitUntil(atMs: number, before: Deed | undefined, agentSpoke: readonly Stretch[]): PracticeStep {
  const since = before?.atMs ?? 0;
  const answer = agentSpoke.findLast(({ fromMs }) => fromMs >= since && fromMs < atMs);
  if (!answer)
    return {
      type: 'pause',
      ms: Math.round(Math.min(Math.max(0, atMs - (before?.untilMs ?? 0)), LONGEST_PAUSE_MS)),
    };
  return answer.untilMs > atMs
    ? { type: 'listen_for', ms: Math.round(atMs - answer.fromMs) }
    : { type: 'listen' };
}

const LONGEST_PAUSE_MS = 10_000;

/** A voice is noticed a moment after it began, and its last sound fades out. */
const BEFORE_MS = 250;
const AFTER_MS = 150;
