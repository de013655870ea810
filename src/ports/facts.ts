import type { ResponseOutcome, TranscriptionUsage, Usage } from './session.ts';
import type { ToolFact } from './tools.ts';

/**
 * One thing that happened on a call, numbered, and stamped in milliseconds since the phone rang.
 * The union is closed, and the only record there is: whatever is shown of a call is derived from it.
 */
export type CallEvent = CallFact & Whereabouts & { readonly seq: number; readonly atMs: number };

/** Where on a call it happened. What is not said is the first line, the first session, and who usually speaks there. */
export interface Whereabouts {
  /** Lines are numbered as they join. */
  readonly leg?: number;
  /** The generation of the session: each that takes the place of another has the next number. */
  readonly session?: number;
  /** Else the caller, or the agent. */
  readonly speaker?: string;
}

/**
 * Grows when a kind of event changes its name or its meaning; new kinds of events do not count. It is kept with each
 * event, and what older versions wrote is read through `upcast`.
 */
export const CALL_EVENT_VERSION = 2;

export type CallFact =
  | {
      readonly type: 'rang';
      readonly carrier: string;
      readonly direction: 'inbound' | 'outbound';
      readonly from: string;
      readonly to: string;
      readonly agent: string;
      readonly model: string;
      /** The time of day, in milliseconds since 1970. */
      readonly wallMs: number;
    }
  | { readonly type: 'model_ready' }
  /** A session of the model's is over, and the call is not: another one follows when there is somebody to talk to. */
  | { readonly type: 'model_lost'; readonly code: string; readonly hint?: string }
  | { readonly type: 'answered' }
  /** A further line, such as that of a caller who comes back. */
  | { readonly type: 'leg_joined' }
  /** A line is gone, and the call goes on without it. */
  | { readonly type: 'leg_left' }
  /** `itemId`: the turn, by the model's name for it, where it has one. */
  | { readonly type: 'caller_started_speaking'; readonly itemId?: string }
  /** `spokeUntilMs`: when the last word ended, on the call's clock, where the model says so; it notices later. */
  | { readonly type: 'caller_stopped_speaking'; readonly itemId?: string; readonly spokeUntilMs?: number }
  | {
      readonly type: 'caller_said';
      readonly itemId?: string;
      readonly text: string;
      readonly transcription?: TranscriptionUsage;
    }
  /**
   * Its first sound is on its way to the phone; once more if the phone took nothing of it. `lineMs`: how long that way is,
   * where it is known.
   */
  | {
      readonly type: 'agent_started_speaking';
      readonly responseId: string;
      readonly itemId?: string;
      readonly contentIndex?: number;
      readonly lineMs?: number;
    }
  | AgentSaid
  /** The agent writes instead of speaking. */
  | { readonly type: 'agent_wrote'; readonly responseId: string; readonly text: string }
  /** The agent fell silent to find out whether the caller means it; `interrupted` or `went_on` follows. */
  | { readonly type: 'held' }
  | { readonly type: 'went_on'; readonly heldMs: number }
  /** `heardUntilMs`: when the agent fell silent at the caller's, on the call's clock. */
  | {
      readonly type: 'interrupted';
      readonly heardMs: number;
      readonly unheardMs: number;
      readonly heardUntilMs?: number;
    }
  | { readonly type: 'digit'; readonly digit: string }
  /** Keys that belong together; `*` for each one where they are secret. */
  | { readonly type: 'digits'; readonly digits: string }
  | {
      readonly type: 'response_done';
      readonly responseId: string;
      readonly outcome: ResponseOutcome;
      /** The server's word for why it was not completed. */
      readonly reason?: string;
      readonly usage: Usage | null;
    }
  | ToolFact
  /** Something the model was told in writing: by whoever watches the call, or by the house. */
  | { readonly type: 'told'; readonly by: 'operator' | 'house'; readonly text: string }
  /** A picture was put before the model. */
  | { readonly type: 'shown'; readonly mediaType: string; readonly bytes: number }
  /** A tool's note for the record. */
  | { readonly type: 'noted'; readonly text: string }
  | { readonly type: 'silence_prompted' }
  | {
      readonly type: 'transfer';
      readonly target: string;
      readonly state: 'announced' | 'dialled' | 'connected' | 'came_back';
      readonly detail?: string;
    }
  | { readonly type: 'text_sent'; readonly text: string }
  | { readonly type: 'recording'; readonly state: 'started' | 'paused' | 'resumed' | 'declined' | 'deleted' }
  /** `hint`: what to do about it, in a sentence for whoever runs this. */
  | { readonly type: 'problem'; readonly code: string; readonly hint?: string }
  /** What was made of the call afterwards, by the model: a summary, and the agent's own fields. */
  | {
      readonly type: 'summarised';
      readonly summary: string;
      readonly fields: Readonly<Record<string, unknown>>;
      readonly usage?: Usage;
    }
  | WebhookDelivery
  | { readonly type: 'ended'; readonly reason: EndReason }
  /** Of a kind that a later version of this program has written, as it stands in the log. Nobody notes one. */
  | { readonly type: 'unknown'; readonly kind: string; readonly version: number; readonly written: unknown };

/** One stretch of the agent's speech, told when the caller has heard it or cut it off. */
export interface AgentSaid {
  readonly type: 'agent_said';
  readonly responseId: string;
  readonly itemId: string;
  /** Which of the item's parts; the first one where it is not said. */
  readonly contentIndex?: number;
  /** All the words the model made, heard or not. */
  readonly text: string;
  readonly heardMs: number;
  /** How long all that was received of it would have sounded. */
  readonly totalMs: number;
}

/**
 * What became of telling the owner's own system of the call, once it was over. `due`: somebody wants to know of it.
 * `taken_up`: whoever was to tell of it does so no longer, and this process does.
 */
export type WebhookDelivery =
  | { readonly type: 'webhook_delivery'; readonly state: 'due' }
  | { readonly type: 'webhook_delivery'; readonly state: 'taken_up'; readonly by: string }
  | { readonly type: 'webhook_delivery'; readonly state: 'delivered' }
  | { readonly type: 'webhook_delivery'; readonly state: 'given_up'; readonly why: string };

/**
 * What is noted on a call that is over is numbered from so far behind its end: what was at work when the caller hung up
 * may still have something to say, and takes the numbers between.
 */
export const AFTERWARDS = 1_000;

/** What may still be noted on a call that is over. */
export const AFTER_THE_END: ReadonlySet<CallEvent['type']> = new Set([
  'tool_returned',
  'noted',
  'text_sent',
  'recording',
  'summarised',
  'webhook_delivery',
]);

/** What was not told by then is no news any more: nobody takes up telling of it. */
export const NEWS_FOR_MS = 24 * 60 * 60_000;

/** Told of everything that happens on every call, as it happens. Must be quick and must not throw. */
export type CallObserver = (callId: string, event: CallEvent) => void;

/** Why a call ended. Every call has exactly one. */
export type EndReason = (typeof END_REASONS)[number];

export const END_REASONS = [
  'caller_hung_up',
  'agent_hung_up',
  'operator_hung_up',
  'transferred',
  'caller_silent',
  'too_long',
  'line_lost',
  'line_unusable',
  'never_connected',
  'model_refused',
  'model_limited',
  'model_unreachable',
  'model_wrong_format',
  'model_lost',
  'model_expired',
  'drained',
  'failed',
] as const;

/** What everybody else makes of such an end. */
export interface EndMeaning {
  /** What people read. */
  readonly words: string;
  /** Nobody wished for it, whoever watches is warned of it, and the caller is owed an apology. */
  readonly isFailure: boolean;
  /** The agent, or whoever watches it, puts the phone down. */
  readonly isHangUp: boolean;
}

const GOOD = { isFailure: false, isHangUp: false } as const;
const HANG_UP = { isFailure: false, isHangUp: true } as const;
const FAILURE = { isFailure: true, isHangUp: false } as const;

export const END_MEANINGS = {
  caller_hung_up: { words: 'caller hung up', ...GOOD },
  agent_hung_up: { words: 'agent said goodbye', ...HANG_UP },
  operator_hung_up: { words: 'operator hung up', ...HANG_UP },
  transferred: { words: 'transferred', ...GOOD },
  caller_silent: { words: 'caller was silent', ...HANG_UP },
  too_long: { words: 'longest time reached', ...HANG_UP },
  line_lost: { words: 'line lost', ...FAILURE },
  line_unusable: { words: 'line unusable', ...FAILURE },
  never_connected: { words: 'never connected', ...FAILURE },
  model_refused: { words: 'model refused', ...FAILURE },
  model_limited: { words: 'model limited', ...FAILURE },
  model_unreachable: { words: 'model unreachable', ...FAILURE },
  model_wrong_format: { words: 'model’s format wrong', ...FAILURE },
  model_lost: { words: 'model lost', ...FAILURE },
  model_expired: { words: 'session expired', ...FAILURE },
  drained: { words: 'house closed', ...FAILURE },
  failed: { words: 'failed', ...FAILURE },
} as const satisfies Record<EndReason, EndMeaning>;
