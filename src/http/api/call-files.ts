import type { TranscriptLine } from '../../ports/reading.ts';
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
