import type { EndReason } from './facts.ts';
import type { TranscriptionUsage, Usage } from './session.ts';
import type { ToolResult } from './tools.ts';

/**
 * What is so on a call, as far as its journal says. Everything that is shown, counted, billed or gone on with is made of
 * this. Times are milliseconds since the phone rang.
 */
export interface CallState {
  readonly sums: CallSums;
  readonly doing: Doing;
  /** Every line there was, the first one first. */
  readonly legs: readonly LegState[];
  /** Every session there was, by its generation. */
  readonly sessions: readonly SessionState[];
  /** What became of connecting the caller with somebody else, the last time. */
  readonly transfer: TransferState | null;
  /** Null: nothing was recorded, and nobody was asked. */
  readonly recording: RecordingState | null;
  /** The caller was asked whether they are still there, and has given no sign since. */
  readonly silencePromptedMs: number | null;
  readonly callerTurns: readonly CallerTurn[];
  /** What the agent said, wrote and is saying, in the order in which it began. */
  readonly agentParts: readonly AgentPart[];
  /** What the model came to know otherwise than by speech, in its order. */
  readonly asides: readonly Aside[];
  /** By the model's name for the call. */
  readonly tools: ReadonlyMap<string, ToolUse>;
  /** Every answer, and what its time went into. */
  readonly latencies: readonly TurnLatency[];
  readonly summary: SummaryState | null;
}

/** What a call amounts to. It does not grow with the call, and is kept beside it. */
export interface CallSums {
  readonly lastSeq: number;
  /** Never runs backwards, though the clocks of machines differ. */
  readonly lastAtMs: number;
  /** The time of day at which the phone rang. */
  readonly startedWallMs: number;
  readonly carrier: string;
  readonly direction: 'inbound' | 'outbound';
  readonly from: string;
  readonly to: string;
  readonly agent: string;
  readonly model: string;
  readonly answeredMs: number | null;
  readonly endReason: EndReason | null;
  readonly endedMs: number | null;
  readonly turn: TurnState;
  readonly interruptions: number;
  /** Those that were used, each once. */
  readonly toolNames: readonly string[];
  readonly toolCalls: number;
  readonly toolFailures: number;
  readonly problems: number;
  /** How long answers took, up to more of them than the longest call has. */
  readonly latencies: readonly number[];
  readonly usage: Usage;
  /** What was used for the caller's words in writing, model by model. */
  readonly transcribed: readonly TranscriptionUsage[];
  readonly summary: string | null;
  readonly hasRecording: boolean;
  /** The owner's own system is to be told of it, and was not yet. */
  readonly isUntold: boolean;
}

/** What a call is at, as one would say it. */
export type Doing =
  | 'ringing'
  | 'listening'
  | 'caller speaks'
  | 'thinking'
  | 'looking up'
  | 'agent speaks'
  | 'over';

export interface LegState {
  readonly leg: number;
  readonly joinedMs: number;
  /** Null while it is open. */
  readonly leftMs: number | null;
}

export interface SessionState {
  readonly session: number;
  readonly readyMs: number;
  /** Null while it is there. */
  readonly leftMs: number | null;
}

export interface TransferState {
  readonly target: string;
  readonly state: 'announced' | 'dialled' | 'connected' | 'came_back';
}

export type RecordingState = 'started' | 'paused' | 'declined' | 'deleted';

/** What one who called said in one go. */
export interface CallerTurn {
  readonly leg: number;
  readonly session: number;
  readonly speaker: string;
  /** The model's name for it; null where it has none, or was not asked for one. */
  readonly itemId: string | null;
  readonly atMs: number;
  /** Null while it goes on. */
  readonly untilMs: number | null;
  /** The event that its words come from; else the one it began with. */
  readonly seq: number;
  /** Empty until they are known, and for a cough. */
  readonly words: string;
}

/** One stretch of the agent's speech, or of what it wrote. */
export interface AgentPart {
  /** Where it was heard. */
  readonly leg: number;
  readonly session: number;
  readonly speaker: string;
  readonly responseId: string;
  /** Null for what was written, and where it is not known before it was said. */
  readonly itemId: string | null;
  readonly contentIndex: number;
  readonly atMs: number;
  readonly seq: number;
  /** All the words the model made, heard or not; empty while it is being said. */
  readonly text: string;
  readonly heardMs: number;
  /** How long all that was received of it would have sounded. */
  readonly totalMs: number;
  readonly how: 'being said' | 'said' | 'written';
}

export type Aside = { readonly atMs: number } & (
  | { readonly type: 'told'; readonly text: string }
  /** Keys that the caller has pressed; secret ones are stars. */
  | { readonly type: 'digits'; readonly digits: string }
  /** A picture. */
  | { readonly type: 'shown' }
);

export interface ToolUse {
  readonly toolCallId: string;
  readonly name: string;
  readonly atMs: number;
  /** The model's own text: JSON, as a rule. */
  readonly arguments: string;
  /** Null while it runs, or if the call was over first. */
  readonly returned: ToolReturn | null;
}

export interface ToolReturn {
  readonly atMs: number;
  readonly tookMs: number;
  readonly result: ToolResult;
  readonly output: string;
}

/** How long one answer took, from the caller's last word to the first sound the caller heard. */
export interface TurnLatency {
  readonly atMs: number;
  readonly responseId: string;
  readonly totalMs: number;
  /** Null where it was not measured. */
  readonly detectionMs: number | null;
  readonly toolsMs: number;
  readonly modelMs: number;
  readonly lineMs: number | null;
}

/** Where a call stands between question and answer. */
export interface TurnState {
  /** A turn that waits for its answer. */
  readonly waiting: Waiting | null;
  /** The caller spoke again before there was an answer: still the same turn. */
  readonly goesOn: boolean;
  readonly toolsRunning: number;
  /** The answer that was last begun: more of it is no new answer. */
  readonly lastResponseId: string | null;
  readonly turns: number;
}

export interface Waiting {
  readonly spokeUntilMs: number | null;
  readonly noticedMs: number;
  readonly toolsMs: number;
  readonly toolsSinceMs: number | null;
}

export interface SummaryState {
  readonly summary: string;
  readonly fields: Readonly<Record<string, unknown>>;
}
