import type { CallState } from '../../ports/call-state.ts';
import type { CallEvent } from '../../ports/facts.ts';
import type { PracticeScript, PracticeStep } from '../../ports/practice-script.ts';
import type { CallReading, Stretch, TranscriptLine } from '../../ports/reading.ts';
import type { CallCard } from '../../ports/store.ts';

/**
 * A value as a cell that is only ever text or a number to whatever opens the file: programs for
 * tables run what begins like a formula, and callers choose their own names.
 */
export function csvCell(value: string | number | boolean | null): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const isFormula = /^[\s\p{Cc}]*[=+\-@|%＝＋－＠]/u.test(value) || /^[\t\r\n]/.test(value);
  const neutral = isFormula ? `'${value}` : value;
  return `"${neutral.replaceAll('"', '""')}"`;
}

export const CSV_COLUMNS = {
  call: ({ callId }) => callId,
  started: ({ startedWallMs }) => new Date(startedWallMs).toISOString(),
  direction: ({ direction }) => direction,
  from: ({ from }) => from,
  to: ({ to }) => to,
  agent: ({ agent }) => agent,
  model: ({ model }) => model,
  end: ({ endReason }) => endReason,
  duration_s: ({ durationMs }) => durationMs / 1000,
  turns: ({ turns }) => turns,
  interruptions: ({ interruptions }) => interruptions,
  tools: ({ tools }) => tools.join(' '),
  tool_failures: ({ toolFailures }) => toolFailures,
  problems: ({ problems }) => problems,
  latency_p50_ms: ({ latencyP50Ms }) => latencyP50Ms,
  latency_p95_ms: ({ latencyP95Ms }) => latencyP95Ms,
  cost_usd: ({ cost }) => cost,
  reviewed: ({ isReviewed }) => isReviewed,
  tags: ({ tags }) => tags.join(' '),
  summary: ({ summary }) => summary,
  notes: ({ notes }) => notes.map(({ text }) => text).join('\n'),
} as const satisfies Record<string, (card: CallCard) => string | number | boolean | null>;

export function csvLine(card: CallCard): string {
  return `${Object.values(CSV_COLUMNS)
    .map((cellOf) => csvCell(cellOf(card)))
    .join(',')}\r\n`;
}

/** The transcript to read: what was not heard stands in brackets. */
export function transcriptText(lines: readonly TranscriptLine[]): string {
  return lines
    .map(({ who, atMs, text, unheard }) => {
      const spoken = [oneLine(text), unheard === '' ? '' : `[unheard: ${oneLine(unheard)}]`].filter(Boolean);
      return `${stamp(atMs).slice(0, -4)} ${who === 'caller' ? 'Caller' : 'Agent'}: ${spoken.join(' ')}\n`;
    })
    .join('');
}

/** The transcript as subtitles to the recording, whose clock is the call's. */
export function transcriptVtt(lines: readonly TranscriptLine[]): string {
  const cues = lines
    .filter(({ text }) => text !== '')
    .map(({ who, atMs, untilMs, text }) => {
      const until = Math.max(atMs + SHORTEST_CUE_MS, untilMs);
      return `${stamp(atMs)} --> ${stamp(until)}\n<v ${who === 'caller' ? 'Caller' : 'Agent'}>${markup(oneLine(text))}\n`;
    });
  return ['WEBVTT\n', ...cues].join('\n');
}

/** Subtitles have a markup of their own, and what was said is none. */
function markup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
}

function stamp(ms: number): string {
  return new Date(ms).toISOString().slice(11, 23);
}

const SHORTEST_CUE_MS = 200;

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
