import { Recollection, recall } from '../call/recall.ts';
import type { CallReading } from '../ports/reading.ts';
import { cardOfCall } from './card.ts';
import { costOfCall, PRICES_AS_OF } from './cost.ts';
import { agentStretches, transcriptOf } from './transcript.ts';

/** Everything that is derived of calls, for those who show them: views of what is so on a call. */
export const callReading: CallReading = {
  recall,
  follow: () => new Recollection(),
  card(callId, state) {
    const card = cardOfCall(callId, state);
    return card && { ...card, isReviewed: false, tags: [], notes: [] };
  },
  transcript: transcriptOf,
  agentStretches,
  cost: ({ sums }) => (sums.lastSeq === 0 ? null : costOfCall(sums)),
  pricesAsOf: PRICES_AS_OF,
};
