import type { TranscriptLine } from '../../ports/reading.ts';

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
