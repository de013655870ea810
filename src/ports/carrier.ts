import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Router } from 'express';
import type { Clock } from './clock.ts';
import type { Leg } from './leg.ts';
import type { Aftermath, Continuation, IncomingCall, PhoneCalls, TransferOutcome } from './phone-call.ts';

/**
 * What a carrier tells the house, and what it asks. Carriers know nothing else of us.
 * Answers are promises, so that a call may as well be taken over from another process; as a rule they are there at once.
 */
export interface Switchboard {
  /** Somebody rings. Ringing again with a call that lives changes nothing. */
  ring(call: IncomingCall): Promise<Admission>;
  /** The carrier opened the sound of a call that was let in. False: there is no such call any more. */
  connect(callId: string, leg: Leg): Promise<boolean>;
  /** The carrier is done with the sound and asks how the phone call goes on. */
  after(callId: string): Promise<Aftermath>;
  /** What came of connecting the caller with somebody else: whether they are to come back to the agent. */
  returned(callId: string, outcome: TransferOutcome): Promise<Continuation>;
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

/** What came of ringing somebody. */
export type CallOutAnswer =
  | { readonly ok: true; readonly callId: string }
  | { readonly ok: false; readonly because: string };

/** A way in for the browser's own phone: where its media socket is on this site, good for one use. */
export type SoftphoneAnswer =
  | { readonly ok: true; readonly callId: string; readonly streamUrl: string }
  | { readonly ok: false; readonly because: string };

/**
 * A way to be called, and to call. It can be asked for its phone calls from the start, and rings once it is opened; the
 * house knows it by its name, which its incoming calls bear.
 */
export interface Carrier {
  readonly phoneCalls: PhoneCalls;
  /** Rings somebody from this number; the agent of that name speaks once they answer. Absent where it cannot. */
  callOut?(from: string, to: string, agent: string): Promise<CallOutAnswer>;
  /** From now on it lets calls in. Called once. */
  open(switchboard: Switchboard): Entrance;
}

/** How calls of a carrier come in. */
export interface Entrance {
  /** Its webhooks, mounted at a slash and its name. */
  readonly router?: Router;
  /** Takes the upgrade of a media socket; false if the request is for something else. */
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Lets a call of a phone on our own pages in, for somebody who was let into them. */
  ringSoftphone?(from: string, to: string): Promise<SoftphoneAnswer>;
}

/** What a carrier is given by the house. */
export interface CarrierSurroundings {
  readonly clock: Clock;
  /** The address by which the world knows us, as seen from a request, … */
  readonly publicUrlOf: (request: IncomingMessage) => string;
  /** … and as far as is known without one. */
  readonly publicUrl: () => string;
  /** Whether a request may do without proof of whom it is from, where none is configured. */
  readonly mayComeUnsigned: (request: IncomingMessage) => boolean;
  /** Whether a call is over that this house has had, in this process or in one before it. */
  readonly isOver: (callId: string) => Promise<boolean>;
  /** Told of a call that is over, or was turned away. */
  readonly ended: (callId: string) => void;
  /** Told of what went wrong on the carrier's side, in words that are safe to log. */
  readonly trouble: (callId: string, what: string) => void;
}
