import { BEFORE_THE_FIRST_TURN, followTurn, type TurnState } from '../call/recall/turns.ts';
import type { CallEvent } from '../ports/facts.ts';
import type { Usage } from '../ports/session.ts';
import type { CallCard } from '../ports/store.ts';
import { addUsage, costOf, NO_USAGE, transcriptionCost } from './cost.ts';
import { percentile } from './percentile.ts';
import { isToolFailure } from './tool-calls.ts';

/** What of a card comes from the call itself; the rest is what its reader made of it. */
export type DerivedCard = Omit<CallCard, 'isReviewed' | 'tags' | 'notes'>;

/** A card, and what has to be remembered to go on with it. Plain data: it is kept with the call. */
export interface CardDraft {
  readonly card: DerivedCard;
  readonly workings: Workings;
}

export interface Workings {
  readonly lastSeq: number;
  readonly lastAtMs: number;
  readonly carrier: string;
  readonly answeredMs: number | null;
  readonly turn: TurnState;
  readonly latencies: readonly number[];
  readonly usage: Usage;
  /** US dollars; calls that were kept before it was counted have none. */
  readonly transcription?: number;
  readonly toolCalls: number;
  /** The owner's own system is to be told of it, and was not yet. */
  readonly isUntold: boolean;
}

/** The card of a call after one more event. Events come in their order. */
export function cardOf(previous: CardDraft | null, callId: string, event: CallEvent): CardDraft {
  return withSums(follow(previous, callId, event));
}

/** What is summed up is summed up once: middle values of a long call, event after event, take a tenth of a second. */
export function cardOfAll(callId: string, events: readonly CallEvent[]): CardDraft | null {
  const draft = events.reduce<CardDraft | null>((before, event) => follow(before, callId, event), null);
  return draft && withSums(draft);
}

function follow(previous: CardDraft | null, callId: string, event: CallEvent): CardDraft {
  const draft = previous ?? blank(callId);
  const [turn, latency] = followTurn(draft.workings.turn, event);
  const latencies =
    latency && draft.workings.latencies.length < MOST_LATENCIES
      ? [...draft.workings.latencies, latency.totalMs]
      : draft.workings.latencies;
  const lastAtMs = Math.max(draft.workings.lastAtMs, event.atMs); // other machines' clocks may run otherwise
  const lastSeq = Math.max(draft.workings.lastSeq, event.seq);
  const workings = { ...draft.workings, turn, latencies, lastSeq, lastAtMs };
  return take({ card: draft.card, workings }, event);
}

/** What this kind of event changes by itself. */
function take({ card, workings }: CardDraft, event: CallEvent): CardDraft {
  switch (event.type) {
    case 'rang': {
      const { direction, from, to, agent, model, carrier, wallMs } = event;
      const known = { direction, from, to, agent, model, startedWallMs: wallMs };
      return { card: { ...card, ...known }, workings: { ...workings, carrier } };
    }
    case 'answered':
      return { card, workings: { ...workings, answeredMs: workings.answeredMs ?? event.atMs } };
    case 'interrupted':
      return { card: { ...card, interruptions: card.interruptions + 1 }, workings };
    case 'tool_called': {
      const tools = card.tools.includes(event.name) ? card.tools : [...card.tools, event.name];
      return { card: { ...card, tools }, workings: { ...workings, toolCalls: workings.toolCalls + 1 } };
    }
    case 'tool_returned': {
      const failed = isToolFailure(event.result) ? 1 : 0;
      return { card: { ...card, toolFailures: card.toolFailures + failed }, workings };
    }
    case 'problem':
      return { card: { ...card, problems: card.problems + 1 }, workings };
    case 'response_done': {
      const usage = event.usage ? addUsage(workings.usage, event.usage) : workings.usage;
      return { card, workings: { ...workings, usage } };
    }
    case 'caller_said': {
      if (!event.transcription) return { card, workings };
      const transcription = (workings.transcription ?? 0) + transcriptionCost(event.transcription);
      return { card, workings: { ...workings, transcription } };
    }
    case 'recording': {
      const hasRecording = event.state === 'deleted' ? false : card.hasRecording || event.state === 'started';
      return { card: { ...card, hasRecording }, workings };
    }
    case 'summarised': {
      const usage = event.usage ? addUsage(workings.usage, event.usage) : workings.usage;
      return { card: { ...card, summary: event.summary }, workings: { ...workings, usage } };
    }
    case 'ended':
      return { card: { ...card, endReason: event.reason, durationMs: workings.lastAtMs }, workings };
    case 'webhook_delivery':
      return event.state === 'taken_up'
        ? { card, workings }
        : { card, workings: { ...workings, isUntold: event.state === 'due' } };
    default:
      return { card, workings };
  }
}

/** What follows from everything so far. */
function withSums({ card, workings }: CardDraft): CardDraft {
  const { lastAtMs, carrier, answeredMs, latencies, usage, transcription = 0, turn } = workings;
  const durationMs = card.endReason === null ? lastAtMs : card.durationMs; // what is noted afterwards adds nothing
  const openMs = answeredMs === null ? 0 : Math.max(0, durationMs - answeredMs);
  const { model, direction } = card;
  const cost = costOf({ model, carrier, direction, openMs, usage, transcription });
  return {
    card: {
      ...card,
      durationMs,
      turns: turn.turns,
      latencyP50Ms: percentile(latencies, 50),
      latencyP95Ms: percentile(latencies, 95),
      cost: cost?.total ?? null,
    },
    workings,
  };
}

function blank(callId: string): CardDraft {
  const card = {
    callId,
    startedWallMs: 0,
    direction: 'inbound',
    from: '',
    to: '',
    agent: '',
    model: '',
    endReason: null,
    durationMs: 0,
    turns: 0,
    interruptions: 0,
    tools: [],
    toolFailures: 0,
    problems: 0,
    latencyP50Ms: null,
    latencyP95Ms: null,
    cost: null,
    summary: null,
    hasRecording: false,
  } as const satisfies DerivedCard;
  const workings = {
    lastSeq: 0,
    lastAtMs: 0,
    carrier: '',
    answeredMs: null,
    turn: BEFORE_THE_FIRST_TURN,
    latencies: [],
    usage: NO_USAGE,
    toolCalls: 0,
    isUntold: false,
  } as const satisfies Workings;
  return { card, workings };
}

/** More answers than the longest call has; it bounds what is kept of one. */
const MOST_LATENCIES = 2_000;
