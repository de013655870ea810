import type { ResponseOutcome } from './model.ts';

/** One thing that happened on a call, numbered, and stamped in milliseconds since the phone rang. */
export type CallEvent = CallFact & { readonly seq: number; readonly atMs: number };

export type CallFact =
  | {
      readonly type: 'rang';
      readonly carrier: string;
      readonly from: string;
      readonly to: string;
      readonly agent: string;
    }
  | { readonly type: 'model_ready' }
  | { readonly type: 'answered' }
  | { readonly type: 'caller_started_speaking' }
  | { readonly type: 'caller_stopped_speaking' }
  | { readonly type: 'caller_said'; readonly text: string }
  | { readonly type: 'agent_started_speaking'; readonly responseId: string }
  | AgentSaid
  | { readonly type: 'interrupted'; readonly heardMs: number; readonly unheardMs: number }
  | { readonly type: 'digit'; readonly digit: string }
  | { readonly type: 'response_done'; readonly responseId: string; readonly outcome: ResponseOutcome }
  | { readonly type: 'problem'; readonly code: string }
  | { readonly type: 'ended'; readonly reason: EndReason };

/** One stretch of the agent's speech, told when the caller has heard it or cut it off. */
export interface AgentSaid {
  readonly type: 'agent_said';
  readonly responseId: string;
  readonly itemId: string;
  /** All the words the model made, heard or not. */
  readonly text: string;
  readonly heardMs: number;
  /** How long all that was received of it would have sounded. */
  readonly totalMs: number;
}

/** Why a call ended. Every call has exactly one. */
export type EndReason =
  | 'caller_hung_up'
  | 'line_lost'
  | 'line_unusable'
  | 'never_connected'
  | 'model_refused'
  | 'model_limited'
  | 'model_unreachable'
  | 'model_wrong_format'
  | 'model_lost'
  | 'model_expired'
  | 'drained'
  | 'failed';

/** Told of everything that happens on every call, as it happens. Must be quick and must not throw. */
export type CallObserver = (callId: string, event: CallEvent) => void;
