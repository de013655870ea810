import type { CallQuery } from '../../ports/store.ts';
import { searchedWords } from './words.ts';

/** One thing that has to hold of a call. Both stores have the same columns, and say these in their own SQL. */
export type Condition =
  | {
      readonly type: 'compare';
      readonly column: Column;
      readonly is: '=' | '>=' | '<=';
      readonly value: string | number;
    }
  | { readonly type: 'before'; readonly wallMs: number }
  | { readonly type: 'live'; readonly isLive: boolean }
  | { readonly type: 'some'; readonly column: 'tool_failures' | 'problems'; readonly isSome: boolean }
  | { readonly type: 'reviewed'; readonly isReviewed: boolean }
  | { readonly type: 'listed'; readonly list: 'tools' | 'tags'; readonly value: string }
  | { readonly type: 'number'; readonly part: string }
  | { readonly type: 'said'; readonly words: readonly string[] }
  | { readonly type: 'never' }
  | { readonly type: 'follows'; readonly startedMs: number; readonly callId: string };

export type Column =
  | 'started_ms'
  | 'agent'
  | 'direction'
  | 'end_reason'
  | 'interruptions'
  | 'latency_p95_ms'
  | 'duration_ms'
  | 'cost';

export function conditionsOf(query: CallQuery): readonly Condition[] {
  const found: Condition[] = [];
  const compare = (column: Column, is: '=' | '>=' | '<=', value: string | number | undefined): void => {
    if (value !== undefined) found.push({ type: 'compare', column, is, value });
  };
  compare('started_ms', '>=', query.fromWallMs);
  compare('agent', '=', query.agent);
  compare('direction', '=', query.direction);
  compare('end_reason', '=', query.endReason);
  compare('interruptions', '>=', query.leastInterruptions);
  compare('latency_p95_ms', '>=', query.leastLatencyMs);
  compare('duration_ms', '>=', query.leastDurationMs);
  compare('duration_ms', '<=', query.mostDurationMs);
  compare('cost', '>=', query.leastCost);

  const { isLive, hasToolFailure, hasProblem, isReviewed, tool, tag, number, words } = query;
  if (isLive !== undefined) found.push({ type: 'live', isLive });
  if (hasToolFailure !== undefined)
    found.push({ type: 'some', column: 'tool_failures', isSome: hasToolFailure });
  if (hasProblem !== undefined) found.push({ type: 'some', column: 'problems', isSome: hasProblem });
  if (isReviewed !== undefined) found.push({ type: 'reviewed', isReviewed });
  if (tool !== undefined) found.push({ type: 'listed', list: 'tools', value: tool });
  if (tag !== undefined) found.push({ type: 'listed', list: 'tags', value: tag });
  if (number?.trim()) found.push({ type: 'number', part: bareNumber(number) });

  if (words?.trim()) {
    const searched = searchedWords(words);
    // What has neither letter nor digit is said on no call: looking for it is not the same as looking for nothing.
    found.push(searched.length > 0 ? { type: 'said', words: searched } : { type: 'never' });
  }
  const place = query.after === undefined ? null : readPlace(query.after);
  if (place) found.push({ type: 'follows', ...place });
  // Of two limits SQLite may seek by the one that is further away, and walk to the other page after page.
  const isBefore = place && query.toWallMs !== undefined && place.startedMs < query.toWallMs;
  if (query.toWallMs !== undefined && !isBefore) found.push({ type: 'before', wallMs: query.toWallMs });
  return found;
}

export function limitOf(query: CallQuery): number {
  const { limit } = query;
  if (limit === undefined || !Number.isFinite(limit)) return USUAL_LIMIT;
  return Math.min(MOST_LIMIT, Math.max(1, Math.floor(limit)));
}

/** A place in the list, for a page address. */
export function placeOf({ startedWallMs, callId }: { startedWallMs: number; callId: string }): string {
  return Buffer.from(`${startedWallMs} ${callId}`).toString('base64url');
}

/** One that we did not write is the beginning. */
function readPlace(text: string): { startedMs: number; callId: string } | null {
  const match = /^(\d{1,15}) (.+)$/s.exec(Buffer.from(text.slice(0, 1_000), 'base64url').toString());
  return match?.[1] && match[2] ? { startedMs: Number(match[1]), callId: match[2] } : null;
}

/** People write numbers with spaces, brackets and dashes; carriers do not. Words such as `anonymous` stay. */
function bareNumber(text: string): string {
  const bare = text.replaceAll(/[\s()./-]/g, '');
  return /^\+?\d+$/.test(bare) ? bare : text.trim();
}

const USUAL_LIMIT = 50;
const MOST_LIMIT = 500;
