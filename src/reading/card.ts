import { noSums, sumUp } from '../call/recall/sums.ts';
import type { CallState, CallSums } from '../ports/call-state.ts';
import type { CallEvent } from '../ports/facts.ts';
import type { CallCard } from '../ports/store.ts';
import { costOfCall } from './cost.ts';
import { percentile } from './figures.ts';

/** What of a card comes from the call itself; the rest is what its reader made of it. */
export type DerivedCard = Omit<CallCard, 'isReviewed' | 'tags' | 'notes'>;

/** A card, and what of the sums of its call it does not say itself. Plain data: it is kept with the call. */
export interface CardDraft {
  readonly card: DerivedCard;
  readonly workings: Workings;
}

export type Workings = Pick<
  CallSums,
  | 'lastSeq'
  | 'lastAtMs'
  | 'carrier'
  | 'answeredMs'
  | 'turn'
  | 'latencies'
  | 'usage'
  | 'toolCalls'
  | 'isUntold'
> &
  Partial<Pick<CallSums, 'transcribed'>>; // calls that were kept before that was counted have none

/** A call at a glance. */
export function cardOf(callId: string, sums: CallSums): DerivedCard {
  const { startedWallMs, direction, from, to, agent, model, endReason, endedMs, latencies } = sums;
  return {
    callId,
    startedWallMs,
    direction,
    from,
    to,
    agent,
    model,
    endReason,
    durationMs: endedMs ?? sums.lastAtMs, // what is noted afterwards adds nothing
    turns: sums.turn.turns,
    interruptions: sums.interruptions,
    tools: sums.toolNames,
    toolFailures: sums.toolFailures,
    problems: sums.problems,
    latencyP50Ms: percentile(latencies, 50),
    latencyP95Ms: percentile(latencies, 95),
    cost: costOfCall(sums)?.total ?? null,
    summary: sums.summary,
    hasRecording: sums.hasRecording,
  };
}

/** Null where nothing has happened. */
export function cardOfCall(callId: string, { sums }: CallState): DerivedCard | null {
  return sums.lastSeq === 0 ? null : cardOf(callId, sums);
}

/**
 * The card of a call after some more events, which come in their order; it is worked out once: middle values of a long
 * call, event after event, take a tenth of a second.
 */
export function draftAfter(
  known: CardDraft | null,
  callId: string,
  events: readonly CallEvent[],
): CardDraft | null {
  if (!known && events.length === 0) return null;
  const sums = known ? sumsOf(known) : noSums();
  for (const event of events) sumUp(sums, event);
  const { lastSeq, lastAtMs, carrier, answeredMs, turn, latencies, usage, transcribed } = sums;
  const { toolCalls, isUntold } = sums;
  const all = { lastSeq, lastAtMs, carrier, answeredMs, turn, latencies, usage, transcribed };
  return { card: cardOf(callId, sums), workings: { ...all, toolCalls, isUntold } };
}

function sumsOf({ card, workings }: CardDraft): ReturnType<typeof noSums> {
  const { startedWallMs, direction, from, to, agent, model, endReason, tools, hasRecording, summary } = card;
  const { interruptions, toolFailures, problems } = card;
  return {
    transcribed: [],
    ...workings,
    startedWallMs,
    direction,
    from,
    to,
    agent,
    model,
    endReason,
    endedMs: endReason === null ? null : card.durationMs,
    interruptions,
    toolNames: tools,
    toolFailures,
    problems,
    summary,
    hasRecording,
  };
}
