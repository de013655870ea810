import type { EndReason } from '../ports/facts.ts';
import type { Aftermath, Apology } from '../ports/phone-call.ts';
import type { SessionLost } from '../ports/session.ts';

/** What the caller is owed after a call that ended for this reason: nothing more, or a spoken apology. */
export function aftermathOf(reason: EndReason, apology: Apology): Aftermath {
  return AFTERMATH[reason] === 'hang_up' ? 'hang_up' : apology;
}

/** A lost conversation ends the call; the caller, who is still on the phone, is told so. */
export function endReasonOf(lost: SessionLost): EndReason {
  return END_REASON[lost];
}

/** Endings in which the agent, or whoever watches it, puts the phone down. */
export function isHangUp(reason: EndReason): boolean {
  return HANG_UPS.has(reason);
}

const HANG_UPS: ReadonlySet<EndReason> = new Set([
  'agent_hung_up',
  'operator_hung_up',
  'caller_silent',
  'too_long',
]);

const AFTERMATH = {
  caller_hung_up: 'hang_up',
  agent_hung_up: 'hang_up',
  operator_hung_up: 'hang_up',
  transferred: 'hang_up',
  caller_silent: 'hang_up',
  too_long: 'hang_up',
  line_lost: 'apologise',
  line_unusable: 'apologise',
  never_connected: 'apologise',
  model_refused: 'apologise',
  model_limited: 'apologise',
  model_unreachable: 'apologise',
  model_wrong_format: 'apologise',
  model_lost: 'apologise',
  model_expired: 'apologise',
  drained: 'apologise',
  failed: 'apologise',
} as const satisfies Record<EndReason, 'hang_up' | 'apologise'>;

const END_REASON = {
  refused: 'model_refused',
  limited: 'model_limited',
  unreachable: 'model_unreachable',
  wrong_format: 'model_wrong_format',
  dropped: 'model_lost',
  expired: 'model_expired',
} as const satisfies Record<SessionLost, EndReason>;
