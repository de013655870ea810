import { unreachable } from '../../errors.ts';
import type { CallFact } from '../../ports/facts.ts';
import type { PartId, ResponseOutcome, ResponsePurpose, ResponseRequest } from '../../ports/session.ts';

/** What was decided about whose turn it is. Nobody but `TurnTaking` decides; everybody else acts on what it says. */
export type Decision = ForTheModel | ForTheRecord | ForTheCall;

/** What the model is to do. */
export type ForTheModel =
  | { readonly type: 'ask'; readonly request: ResponseRequest }
  /** The caller's turn is over, which it does not notice by itself. */
  | { readonly type: 'commit' }
  | { readonly type: 'cancel'; readonly responseId: string }
  /** Of one part of its answer, no more than this was heard. */
  | { readonly type: 'truncate'; readonly part: PartId; readonly heardMs: number };

/** What has come to pass between the two, and changes nothing any more. */
export type ForTheRecord =
  | { readonly type: 'caller_began'; readonly itemId: string | null }
  /** `spokeUntil`: when the last word ended, where that is known. */
  | { readonly type: 'caller_ended'; readonly itemId: string | null; readonly spokeUntil: number | null }
  /** `heardUntil`: when the agent fell silent at the caller's. */
  | {
      readonly type: 'interrupted';
      readonly heardMs: number;
      readonly unheardMs: number;
      readonly heardUntil: number;
    }
  | { readonly type: 'held' }
  | { readonly type: 'went_on'; readonly heldMs: number }
  | { readonly type: 'answer_too_long' };

/** What the silence watch, the goodbye and the tools go by. */
export type ForTheCall =
  /** The caller means it: whatever the agent was about to do, it is their turn. */
  | { readonly type: 'turn_taken' }
  /** Something was not said because the phone took nothing, and it listens again. */
  | { readonly type: 'hears_again' }
  /** The model has not heard all that the caller said. `isOver`: nor will it hear more. */
  | { readonly type: 'turn_unheard'; readonly isOver: boolean }
  /** `purpose`: null where the model had the idea. */
  | {
      readonly type: 'answer_began';
      readonly responseId: string;
      readonly requestId: string | null;
      readonly purpose: ResponsePurpose | null;
    }
  /** The caller has got it. */
  | { readonly type: 'answer_given' }
  /** Nothing was said in it: it only asked for something to be done. */
  | { readonly type: 'answer_goes_on' }
  /** It came to nothing, or to less than was meant. */
  | { readonly type: 'answer_failed'; readonly hasSpoken: boolean }
  /** There will be none, however often it is asked for. */
  | { readonly type: 'answer_hopeless' }
  /** Whatever became of what was said, no more of it will come, and what it asked for may be done. */
  | { readonly type: 'answer_over'; readonly responseId: string; readonly outcome: ResponseOutcome };

export type Decided = (decision: Decision, now: number) => void;

/** As the record has it. `msAt`: a moment, on the call's own clock. */
export function factOf(decision: ForTheRecord, msAt: (at: number) => number): CallFact {
  switch (decision.type) {
    case 'caller_began':
      return { type: 'caller_started_speaking', ...named(decision.itemId) };
    case 'caller_ended': {
      const { itemId, spokeUntil } = decision;
      const until = spokeUntil === null ? {} : { spokeUntilMs: msAt(spokeUntil) };
      return { type: 'caller_stopped_speaking', ...named(itemId), ...until };
    }
    case 'interrupted': {
      const { heardMs, unheardMs, heardUntil } = decision;
      const rounded = { heardMs: Math.round(heardMs), unheardMs: Math.round(unheardMs) };
      return { type: 'interrupted', ...rounded, heardUntilMs: msAt(heardUntil) };
    }
    case 'held':
      return { type: 'held' };
    case 'went_on':
      return { type: 'went_on', heldMs: Math.round(decision.heldMs) };
    case 'answer_too_long':
      return { type: 'problem', code: 'answer_too_long' };
    default:
      return unreachable(decision);
  }
}

function named(itemId: string | null): { readonly itemId?: string } {
  return itemId === null ? {} : { itemId };
}
