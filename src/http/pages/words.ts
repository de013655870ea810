import type { EndReason } from '../../ports/facts.ts';
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
  return reason === null ? 'going on' : END_WORDS[reason];
}

export const END_WORDS = {
  caller_hung_up: 'caller hung up',
  agent_hung_up: 'agent said goodbye',
  operator_hung_up: 'operator hung up',
  transferred: 'transferred',
  caller_silent: 'caller was silent',
  too_long: 'longest time reached',
  line_lost: 'line lost',
  line_unusable: 'line unusable',
  never_connected: 'never connected',
  model_refused: 'model refused',
  model_limited: 'model limited',
  model_unreachable: 'model unreachable',
  model_wrong_format: 'model’s format wrong',
  model_lost: 'model lost',
  model_expired: 'session expired',
  drained: 'house closed',
  failed: 'failed',
} as const satisfies Record<EndReason, string>;

/** Ends that nobody wished for. */
export function isBadEnd(reason: EndReason | null): boolean {
  return reason !== null && !GOOD_ENDS.has(reason);
}

const GOOD_ENDS: ReadonlySet<EndReason> = new Set([
  'caller_hung_up',
  'agent_hung_up',
  'operator_hung_up',
  'transferred',
]);
