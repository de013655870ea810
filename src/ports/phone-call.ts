import type { AudioFormat } from '../audio/format.ts';
import type { ControlAnswer } from './tools.ts';

/** Somebody is ringing: what the carrier told us before there was any sound. */
export interface IncomingCall {
  /** The carrier's own name for the call, unique: up to 64 letters, digits, hyphens and underscores. */
  readonly callId: string;
  readonly carrier: string;
  /** A phone number as the carrier writes it, or a word such as `anonymous`. Never proof of who it is. */
  readonly from: string;
  readonly to: string;
  /** Who called whom; somebody called us, unless it says otherwise. */
  readonly direction?: 'inbound' | 'outbound';
  /** Who is to speak, where that does not follow from the number. */
  readonly agent?: string;
  /** The format its sound will have, both ways. */
  readonly format: AudioFormat;
}

/**
 * A phone call at its carrier, from the first ring until the caller is gone.
 *
 * It outlives every leg: what is asked of it is done while the caller is with somebody else and there is no leg, when
 * the leg is a later one, and in a process that never had one. Nothing here rejects.
 */
export interface PhoneCall {
  readonly id: string;
  /** Ends it, and with it the legs that it has here. One that is over already is fine. */
  hangUp(): Promise<void>;
  /** Has the carrier connect the caller with somebody else. */
  dial(request: DialRequest): Promise<DialOutcome>;
  /** Has the carrier go on with the caller in another way than it does; its legs end. False: the carrier will not. */
  redirect(plan: Continuation): Promise<boolean>;
  sendText(message: TextMessage): Promise<ControlAnswer>;
}

/** The phone calls of a carrier. Any id will do: whether there is such a call, the carrier knows. */
export interface PhoneCalls {
  of(callId: string): PhoneCall;
}

export interface DialRequest {
  /** Whom to dial, in international form. */
  readonly number: string;
  /** What the one who picks up hears before the two are connected. */
  readonly announce?: string;
  /** How long it may ring. */
  readonly ringMs: number;
  /** How long the two may talk: the carrier's meter runs on both calls. */
  readonly mostMs: number;
}

/**
 * `under_way`: the legs go away, and the switchboard is told what came of it, maybe in another process. `refused`: the
 * carrier will not, and everything stays as it is.
 */
export type DialOutcome = 'under_way' | 'refused';

/** What came of connecting the caller with somebody else, in the end. */
export type TransferOutcome = 'completed' | 'busy' | 'no_answer' | 'failed';

/** From the number that was dialled, to whoever called. */
export interface TextMessage {
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

/** How a phone call goes on: with a new leg of ours, or without us. */
export type Continuation = 'reconnect' | Aftermath;

/** `hang_up`: all was said. An apology: the caller was left without an answer. */
export type Aftermath = 'hang_up' | Apology;

/** What a caller gets whom the agent cannot talk to. */
export interface Apology {
  /** What is said; absent, the carrier's own words. */
  readonly text?: string;
  /** Who is called instead, after that. */
  readonly dial?: string;
}
