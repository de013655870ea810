import type { Continuation, DialOutcome, DialRequest, PhoneCall, TextMessage } from '../ports/phone-call.ts';
import type { ControlAnswer } from '../ports/tools.ts';

export interface ScriptedPhoneCallOptions {
  /** Its line, as long as it has one: hanging up closes it. */
  readonly leg?: () => { close(): void } | null;
  /** Told of what is asked, in words: `hang up`, `dial +441632960001`, `text: …`. */
  readonly told?: (what: string) => void;
}

/** A phone call at no carrier: writes down what is asked of it, and does as a test has it do. */
export class ScriptedPhoneCall implements PhoneCall {
  readonly id: string;
  readonly dialled: DialRequest[] = [];
  readonly texts: TextMessage[] = [];
  /** What it says to being asked to dial, or to go on another way. */
  answer: DialOutcome = 'under_way';
  readonly #options: ScriptedPhoneCallOptions;

  constructor(id: string, options: ScriptedPhoneCallOptions = {}) {
    this.id = id;
    this.#options = options;
  }

  async hangUp(): Promise<void> {
    this.#options.told?.('hang up');
    this.#options.leg?.()?.close();
  }

  async dial(request: DialRequest): Promise<DialOutcome> {
    this.#options.told?.(`dial ${request.number}`);
    this.dialled.push(request);
    return this.answer;
  }

  async redirect(plan: Continuation): Promise<boolean> {
    this.#options.told?.(`redirect: ${typeof plan === 'string' ? plan : 'apologise'}`);
    return this.answer === 'under_way';
  }

  async sendText(message: TextMessage): Promise<ControlAnswer> {
    this.#options.told?.(`text: ${message.text}`);
    this.texts.push(message);
    return { ok: true };
  }
}
