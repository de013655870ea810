import type { CallEvent } from '../../ports/facts.ts';
import type { CallQuery } from '../../ports/store.ts';

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

/**
 * The words of a text as searching knows them: small letters and digits only, without accents.
 *
 * Both stores index exactly these and both searches are made of exactly these, so that they find the same, and so
 * that nothing of a search is ever read as a query language.
 */
function wordsOf(text: string): readonly string[] {
  const plain = text
    .normalize('NFKD')
    .replaceAll(/\p{Mn}/gu, '')
    .toLowerCase();
  const runs = plain.match(/[\p{L}\p{N}]+/gu) ?? [];
  return runs
    .flatMap((run) => (WITHOUT_SPACES.test(run) ? segmented(run) : [run]))
    .map((word) => word.slice(0, MOST_CHARS));
}

/** What is looked for, bounded. */
function searchedWords(text: string): readonly string[] {
  return [...new Set(wordsOf(text.slice(0, MOST_SEARCH_CHARS)))].slice(0, MOST_SEARCHED);
}

function segmented(run: string): readonly string[] {
  return [...WORDS.segment(run)].filter(({ isWordLike }) => isWordLike).map(({ segment }) => segment);
}

/** Scripts that do not put spaces between words. */
const WITHOUT_SPACES =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;
const WORDS = new Intl.Segmenter(undefined, { granularity: 'word' });

/** Longer ones are not words. */
const MOST_CHARS = 64;
const MOST_SEARCHED = 12;
const MOST_SEARCH_CHARS = 400;

/** What an event adds to what can be searched for: the words of either side. */
export function wordsSaid(event: CallEvent): readonly string[] {
  switch (event.type) {
    case 'caller_said':
    case 'agent_said':
    case 'agent_wrote':
      return wordsOf(event.text);
    default:
      return [];
  }
}
