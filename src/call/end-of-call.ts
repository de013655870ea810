import { END_MEANINGS, type EndReason } from '../ports/facts.ts';
import type { Aftermath, Apology } from '../ports/phone-call.ts';
import type { SessionLost } from '../ports/session.ts';

/** What the caller is owed after a call that ended for this reason: nothing more, or a spoken apology. */
export function aftermathOf(reason: EndReason, apology: Apology): Aftermath {
  return END_MEANINGS[reason].isFailure ? apology : 'hang_up';
}

/** A lost conversation ends the call; the caller, who is still on the phone, is told so. */
export function endReasonOf(lost: SessionLost): EndReason {
  return END_REASON[lost];
}

/** Endings in which the agent, or whoever watches it, puts the phone down. */
export function isHangUp(reason: EndReason): boolean {
  return END_MEANINGS[reason].isHangUp;
}

const END_REASON = {
  refused: 'model_refused',
  limited: 'model_limited',
  unreachable: 'model_unreachable',
  wrong_format: 'model_wrong_format',
  dropped: 'model_lost',
  expired: 'model_expired',
} as const satisfies Record<SessionLost, EndReason>;
