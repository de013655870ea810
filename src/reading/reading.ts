import { turnLatencies } from '../call/recall/turns.ts';
import type { CallEvent } from '../ports/facts.ts';
import type { CallCost, CallReading } from '../ports/reading.ts';
import { cardOfAll } from './card.ts';
import { costOf } from './cost.ts';
import { PRICES_AS_OF } from './prices.ts';
import { agentStretches, callerStretches } from './shares.ts';
import { toolUses } from './tool-calls.ts';
import { transcriptOf } from './transcript.ts';

/** Everything that is derived of calls, for those who show them. */
export const callReading: CallReading = {
  card(callId, events) {
    const draft = cardOfAll(callId, events);
    return draft && { ...draft.card, isReviewed: false, tags: [], notes: [] };
  },
  transcript: transcriptOf,
  turns: turnLatencies,
  toolUses,
  callerStretches,
  agentStretches,
  cost: costOfCall,
  pricesAsOf: PRICES_AS_OF,
};

function costOfCall(events: readonly CallEvent[]): CallCost | null {
  const draft = cardOfAll('', events);
  if (!draft) return null;
  const { model, direction, durationMs } = draft.card;
  const { carrier, usage, transcription = 0, answeredMs } = draft.workings;
  const openMs = answeredMs === null ? 0 : Math.max(0, durationMs - answeredMs);
  return costOf({ model, carrier, direction, openMs, usage, transcription });
}
