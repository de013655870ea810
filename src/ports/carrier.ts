import type { Leg } from './leg.ts';
import type { Aftermath, Continuation, IncomingCall, TransferOutcome } from './phone-call.ts';

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
