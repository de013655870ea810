import { END_MEANINGS, type EndReason } from '../../ports/facts.ts';
import type { LogTrouble } from '../making/page-requests.ts';
import { html, type SafeHtml } from './html.ts';

/** `4:07`, `1:02:33`. */
export function clockTime(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

export function milliseconds(ms: number | null): string {
  if (ms === null) return '–';
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

export function dollars(cost: number | null): string {
  if (cost === null) return '–';
  return `$${cost.toFixed(cost < 1 ? 3 : 2)}`;
}

/** A moment, written for machines and in UTC; the page says it again in the reader's own time. */
export function moment(wallMs: number): SafeHtml {
  const iso = new Date(wallMs).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC</time>`;
}

export function count(amount: number, one: string, many = `${one}s`): string {
  return `${amount} ${amount === 1 ? one : many}`;
}

export function endWords(reason: EndReason | null): string {
  return reason === null ? 'going on' : END_MEANINGS[reason].words;
}

/** Ends that nobody wished for. */
export function isBadEnd(reason: EndReason | null): boolean {
  return reason !== null && END_MEANINGS[reason].isFailure;
}

/** That what is kept of calls cannot be read, why, and since when. What to do about it is in the program's own log. */
export function troubleWords({ reason, sinceWallMs }: LogTrouble): string {
  const since = new Date(sinceWallMs).toISOString();
  const why = REASONS.get(reason) ?? `has trouble (${reason})`;
  return `The call log ${why}, since ${since.slice(0, 10)} ${since.slice(11, 16)} UTC. The log of the program says more. Calls go on, and what happens on them is kept as soon as it can be. Try again in a moment.`;
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['store_unreachable', 'cannot be reached just now'],
  ['store_locked', 'is busy just now'],
  ['store_full', 'has no room left'],
  ['store_unwritable', 'may not be written'],
  ['store_corrupt', 'is damaged'],
  ['store_newer', 'belongs to a later version of this program'],
]);

/** Seconds after which one may ask again. */
export const RETRY_LOG_S = 5;
