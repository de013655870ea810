import type { CallOutAnswer, SoftphoneAnswer } from './carrier.ts';
import type { AgentSaid, CallEvent } from './facts.ts';
import type { CallControl, ControlAnswer } from './tools.ts';

/**
 * The calls that go on at this moment, for whoever watches them.
 * Everything is a promise, so that a call may as well live in another process.
 */
export interface LiveView {
  list(): Promise<readonly LiveCallEvents[]>;
  /**
   * Tells of everything that happens on a call from now on, and null when it goes on in another process; gives null if
   * there is no such call.
   */
  watch(callId: string, listener: (event: CallEvent | null) => void): Promise<Watch | null>;
  /**
   * Tells a few times a second what the caller is hearing the agent say, as far as it is not told as an event yet. Gives
   * a way to stop; null: there is no such call.
   */
  hearAgent(callId: string, tell: (said: readonly AgentSaid[]) => void): Promise<(() => void) | null>;
  /** Puts a note before the model that the caller does not hear. */
  tell(callId: string, text: string): Promise<ControlAnswer>;
  hangUp(callId: string): Promise<ControlAnswer>;
  transfer(callId: string, target: string): Promise<ControlAnswer>;
  /**
   * The sound of a call as it is heard, in μ-law: the caller's without a pause, the agent's when it
   * plays; null where one cannot listen in.
   */
  listenIn(callId: string, hear: (who: 'caller' | 'agent', audio: Uint8Array) => void): Promise<Watch | null>;
  /** Rings somebody. */
  callOut(request: { readonly to: string; readonly agent?: string }): Promise<CallOutAnswer>;
  /** Lets a call of the softphone in, and gives the address of its media socket, good for one use. */
  ringSoftphone(): Promise<SoftphoneAnswer>;
}

export interface LiveCallEvents {
  readonly callId: string;
  /** Everything that has happened on it. */
  readonly events: readonly CallEvent[];
  /** Whom it can be transferred to. */
  readonly targets: readonly string[];
}

export interface Watch {
  /** Everything that had happened when the watch began. What happens later is not put into it. */
  readonly events: readonly CallEvent[];
  /** A second time is quiet. */
  end(): void;
}

/** What whoever watches a call may do to it, besides what its tools may. */
export interface OperatorControl extends CallControl {
  /** What the caller is hearing the agent say, as far as it is not told as an event yet. */
  readonly saying: readonly AgentSaid[];
  /** Tells the model something the caller does not hear, and has it speak of it at once if need be. */
  inform(text: string, isToSpeak: boolean): ControlAnswer;
  /** Ends the call without waiting for anything. */
  hangUpNow(): void;
}
