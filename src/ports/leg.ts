import type { AudioFormat } from '../audio/format.ts';

/** Somebody is ringing: what the carrier told us before there was any sound. */
export interface IncomingCall {
  /** The carrier's own name for the call, unique. */
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
 * The phone's side of a call: sound both ways, and the few things one can ask of a line.
 *
 * A leg plays what it is given in order, at one second per second, from a buffer at the carrier.
 * `clear` empties that buffer; every mark still in it comes back at once.
 */
export interface Leg {
  /** Bytes we wrote that the carrier's side has not taken yet. Grows when the line is stuck. */
  readonly backlogBytes: number;
  /** Hands over who is told of everything that happens on the line. Called once, by the call that takes it. */
  listen(listener: (event: LegEvent) => void): void;
  play(audio: Uint8Array): void;
  /** Comes back as an event when everything played before it was heard, or was cleared. */
  mark(name: string): void;
  /** Comes back as a `pong` as soon as the carrier has all that was sent before; never on lines that cannot tell. */
  ping(name: string): void;
  clear(): void;
  /** Ends the phone call at the carrier, then the line. */
  hangUp(): void;
  /**
   * Has the carrier connect the caller with somebody else. When that works the line goes away; the carrier then
   * tells the switchboard what came of it. False: the carrier will not, and the line stays.
   */
  transfer(request: TransferRequest): Promise<boolean>;
  /** Ends the line only: the carrier then asks what to do next. */
  close(): void;
}

export interface TransferRequest {
  /** Whom to dial, in international form. */
  readonly number: string;
  /** What the one who picks up hears before the two are connected. */
  readonly announce?: string;
  /** How long it may ring. */
  readonly ringMs: number;
  /** How long the two may talk: the carrier's meter runs on both calls. */
  readonly mostMs: number;
}

export type LegEvent =
  | { readonly type: 'audio'; readonly audio: Uint8Array; readonly atMs: number }
  | { readonly type: 'mark'; readonly name: string }
  | { readonly type: 'pong'; readonly name: string }
  | { readonly type: 'digit'; readonly digit: string }
  | { readonly type: 'gone'; readonly reason: LegGone };

/** `hung_up`: the carrier said goodbye. `lost`: the line broke. `unusable`: it speaks a format we cannot. */
export type LegGone = 'hung_up' | 'lost' | 'unusable';

/** What a carrier tells the house, and what it asks. Carriers know nothing else of us. */
export interface Switchboard {
  /** Somebody rings. Ringing again with a call that lives changes nothing. */
  ring(call: IncomingCall): Admission;
  /** The carrier opened the sound of a call that was let in. False: there is no such call any more. */
  connect(callId: string, leg: Leg): boolean;
  /** The carrier is done with the sound and asks how the phone call goes on. */
  after(callId: string): Aftermath;
  /** What came of connecting the caller with somebody else: whether they are to come back to the agent. */
  returned(callId: string, outcome: TransferOutcome): Aftermath | 'reconnect';
  /** Whether that caller is on a call to this number, and a picture of theirs would be looked at. */
  awaitsPicture(from: string, to: string): boolean;
  /** Somebody sent a picture to one of our numbers: it belongs to the call they are on, if they are on one. */
  pictureCame(from: string, to: string, picture: Uint8Array, mediaType: string): void;
  /** The carrier says the phone call itself is over. */
  callEnded(callId: string): void;
}

export type Admission =
  | { readonly admitted: true; readonly isNew: boolean }
  | { readonly admitted: false; readonly because: NotAdmitted };

/** `out_of_order`: we made a mistake, and somebody has been told of it. */
export type NotAdmitted = 'full' | 'draining' | 'nobody_answers_it' | 'out_of_order';

export type TransferOutcome = 'completed' | 'busy' | 'no_answer' | 'failed';

/** `hang_up`: all was said. An apology: the caller was left without an answer. */
export type Aftermath = 'hang_up' | Apology;

/** What a caller gets whom the agent cannot talk to. */
export interface Apology {
  /** What is said; absent, the carrier's own words. */
  readonly text?: string;
  /** Who is called instead, after that. */
  readonly dial?: string;
}

/** What came of ringing somebody. */
export type CallOutAnswer =
  | { readonly ok: true; readonly callId: string }
  | { readonly ok: false; readonly because: string };

/** A way in for the browser's own phone: where its media socket is on this site, good for one use. */
export type SoftphoneAnswer =
  | { readonly ok: true; readonly callId: string; readonly streamUrl: string }
  | { readonly ok: false; readonly because: string };
