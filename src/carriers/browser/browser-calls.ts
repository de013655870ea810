import type { NotAdmitted, SoftphoneAnswer, Switchboard } from '../../ports/carrier.ts';
import type { Tickets } from '../tickets.ts';
import { browserCallId } from './browser-call-ids.ts';

/**
 * Lets in a call of the browser's own phone, which speaks Twilio's protocol without there being a Twilio, and gives it
 * its ticket. Whoever asks for it has to have been let into the pages.
 */
export async function ringFromBrowser(
  switchboard: Switchboard,
  tokens: Tickets,
  from: string,
  to: string,
): Promise<SoftphoneAnswer> {
  const callId = browserCallId();
  const admission = await switchboard.ring({ callId, carrier: 'browser', from, to, format: 'pcmu' });
  if (!admission.admitted) return { ok: false, because: WHY_NOT[admission.because] };
  return { ok: true, callId, streamUrl: `/twilio/media/${tokens.issue(callId)}` };
}

const WHY_NOT = {
  full: 'All lines are busy.',
  draining: 'The house is about to close.',
  out_of_order: 'The call could not be set up. The log says why.',
  nobody_answers_it: 'There is no agent that answers this phone.',
} as const satisfies Record<NotAdmitted, string>;
