import type { Clock } from '../../ports/clock.ts';
import type {
  Continuation,
  DialOutcome,
  DialRequest,
  PhoneCall,
  PhoneCalls,
  TextMessage,
} from '../../ports/phone-call.ts';
import type { ControlAnswer } from '../../ports/tools.ts';
import type { OpenLines, Tickets } from '../media-sockets.ts';
import type { TwilioAccount } from './account.ts';
import { apologyTwiml, connectTwiml, dialTwiml, hangUpTwiml } from './twiml.ts';

export interface PhoneCallSurroundings {
  readonly clock: Clock;
  /** Null: calls are ended by closing their line, and nobody is dialled. */
  readonly account: TwilioAccount | null;
  readonly tickets: Tickets;
  readonly lines: OpenLines;
  /** The address by which Twilio knows us. */
  readonly publicUrl: () => string;
  /** Told of what went wrong on the carrier's side, in words that are safe to log. */
  readonly trouble: (callId: string, what: string) => void;
}

/** What is asked of Twilio's phone calls goes to its REST API, and so needs no line to be open. */
export class TwilioPhoneCalls implements PhoneCalls {
  readonly #around: PhoneCallSurroundings;

  constructor(around: PhoneCallSurroundings) {
    this.#around = around;
  }

  of(callId: string): PhoneCall {
    return {
      id: callId,
      hangUp: () => this.#hangUp(callId),
      dial: (request) => this.#dial(callId, request),
      redirect: (plan) => this.#redirect(callId, plan),
      sendText: (message) => this.#sendText(callId, message),
    };
  }

  async #hangUp(callId: string): Promise<void> {
    const { clock, account, lines, trouble } = this.#around;
    const cancel = clock.after(HANG_UP_MS, () => lines.close(callId));
    await account?.hangUp(callId).catch((error: unknown) => trouble(callId, String(error)));
    cancel();
    lines.close(callId);
  }

  async #dial(callId: string, request: DialRequest): Promise<DialOutcome> {
    const isTaken = await this.#goOn(callId, () => dialTwiml(this.#around.publicUrl(), request));
    return isTaken ? 'under_way' : 'refused';
  }

  async #redirect(callId: string, plan: Continuation): Promise<boolean> {
    return this.#goOn(callId, () => this.#twimlOf(callId, plan));
  }

  #twimlOf(callId: string, plan: Continuation): string {
    if (plan === 'hang_up') return hangUpTwiml();
    if (plan !== 'reconnect') return apologyTwiml(plan);
    return connectTwiml(this.#around.publicUrl(), this.#around.tickets.issue(callId));
  }

  async #goOn(callId: string, twiml: () => string): Promise<boolean> {
    const { account } = this.#around;
    if (!account) return false;
    return await account.redirect(callId, twiml()).catch((error: unknown) => {
      this.#around.trouble(callId, String(error));
      return false;
    });
  }

  async #sendText(callId: string, { from, to, text }: TextMessage): Promise<ControlAnswer> {
    const { account } = this.#around;
    if (!account) return { ok: false, because: 'No text messages can be sent from here.' };
    return account.sendText(from, to, text).then(
      () => ({ ok: true }),
      (error: unknown) => {
        this.#around.trouble(callId, String(error));
        return { ok: false, because: 'The message could not be sent.' };
      },
    );
  }
}

/** Twilio closes the line when it has ended the call; if it does not, we do, within the second. */
const HANG_UP_MS = 800;
