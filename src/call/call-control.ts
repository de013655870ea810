import type { Clock } from '../ports/clock.ts';
import type { EndReason } from '../ports/facts.ts';
import type { OperatorControl } from '../ports/live-view.ts';
import type { IncomingCall, PhoneCall } from '../ports/phone-call.ts';
import type { ControlAnswer } from '../ports/tools.ts';
import type { CallPlan } from './call-plan.ts';
import type { Conversation } from './conversation.ts';
import type { Journal } from './journal.ts';
import type { RecordingConsent } from './recording-consent.ts';
import type { Seat } from './seat.ts';

export interface CallControlParts {
  readonly incoming: IncomingCall;
  readonly plan: CallPlan;
  readonly clock: Clock;
  readonly session: Seat;
  readonly journal: Journal;
  readonly consent: RecordingConsent;
  readonly phoneCall: PhoneCall;
  /** Once there is one: its tools are at hand before. */
  readonly conversation: () => Conversation;
  readonly isOver: () => boolean;
  /** They are with somebody else, or on their way back. */
  readonly isAway: () => boolean;
  readonly end: (reason: EndReason) => void;
}

/**
 * What tools may do to the call they run on, and whoever watches it.
 *
 * What the owner allows is decided here, whatever a model or a tool's output says:
 * a transfer goes to a target the owner has named, a text to the caller alone.
 */
export function callControl(parts: CallControlParts): OperatorControl {
  const { incoming, plan, clock, session, conversation, journal, consent, phoneCall, isOver, isAway, end } =
    parts;
  return {
    callId: incoming.callId,
    caller: { number: incoming.from, dialled: incoming.to },
    tell: (fact) => journal.note(fact),
    hangUp: () => conversation().leave({ kind: 'hang_up', reason: 'agent_hung_up' }, clock.now()),
    transfer(target) {
      if (isAway()) return refused('The caller is being connected with somebody else already.');
      if (!Object.hasOwn(plan.transferTargets, target)) {
        const known = Object.keys(plan.transferTargets).join(', ') || 'nobody';
        return refused(`Callers can be connected with: ${known}.`);
      }
      journal.note({ type: 'transfer', target, state: 'announced' });
      conversation().leave({ kind: 'transfer', target }, clock.now());
      return { ok: true };
    },
    collectDigits: (request) =>
      new Promise((resolve) => conversation().collectDigits(request, clock.now(), resolve)),
    async sendText(words) {
      if (journal.isLetGo) return refused('This call is gone on with elsewhere.');
      const text = words.slice(0, MOST_TEXT_CHARS);
      const answer = await phoneCall.sendText({ from: incoming.to, to: incoming.from, text });
      if (answer.ok) journal.note({ type: 'text_sent', text });
      return answer;
    },
    note: (text) => journal.note({ type: 'noted', text }),
    update({ instructions, tools }) {
      if (instructions !== undefined) conversation().setInstructions(instructions);
      session.update({
        ...(instructions !== undefined && { instructions }),
        ...(tools && { tools: plan.toolbox.offers.filter(({ name }) => tools.includes(name)) }),
      });
    },
    get saying() {
      return conversation().saying(clock.now());
    },
    inform(text, isToSpeak) {
      if (isOver()) return refused('This call is over.');
      if (session.isVacant)
        return refused('The caller is with somebody else, and no model is there to be told.');
      conversation().tell(text, 'operator', isToSpeak, clock.now());
      return { ok: true };
    },
    hangUpNow: () => end('operator_hung_up'),
    pauseRecording: () => consent.pause(),
    resumeRecording: () => consent.resume(),
  };
}

function refused(because: string): ControlAnswer {
  return { ok: false, because };
}

/** Ten text messages' worth: carriers split and bill what is longer than one. */
const MOST_TEXT_CHARS = 1_600;
