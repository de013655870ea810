import type { CallEvent } from './facts.ts';
import type { CallCard } from './store.ts';
import type { ToolResult } from './tools.ts';

/** What can be read out of a call's events. Times are milliseconds since the phone rang. */
export interface CallReading {
  /** A live call's card, before the store has it. */
  card(callId: string, events: readonly CallEvent[]): CallCard | null;
  /** What was said, in the order in which it was spoken. */
  transcript(events: readonly CallEvent[]): readonly TranscriptLine[];
  /** Every answer, and what its time went into. */
  turns(events: readonly CallEvent[]): readonly TurnLatency[];
  toolUses(events: readonly CallEvent[]): readonly ToolUse[];
  callerStretches(events: readonly CallEvent[]): readonly Stretch[];
  /** As heard. */
  agentStretches(events: readonly CallEvent[]): readonly Stretch[];
  /** Null where the model's prices are not known. */
  cost(events: readonly CallEvent[]): CallCost | null;
  /** The day the prices are from. */
  readonly pricesAsOf: string;
}

/** What one side said in one go. */
export interface TranscriptLine {
  readonly who: 'caller' | 'agent';
  /** The event it comes from. */
  readonly seq: number;
  readonly atMs: number;
  readonly untilMs: number;
  /** What the caller said, or what the caller heard. */
  readonly text: string;
  /** What the agent would have said besides, had the caller let it. */
  readonly unheard: string;
  /** The agent wrote it instead. */
  readonly isWritten: boolean;
  readonly responseId: string | null;
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

/** A stretch of one side's speech. */
export interface Stretch {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** US dollars. */
export interface CallCost {
  readonly model: number;
  /** Having what the caller said in writing. */
  readonly transcription: number;
  readonly line: number;
  readonly total: number;
}
