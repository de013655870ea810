import type { CallState } from './call-state.ts';
import type { AgentSaid, CallEvent } from './facts.ts';
import type { CallCard } from './store.ts';

/** What can be read out of a call's events. Times are milliseconds since the phone rang. */
export interface CallReading {
  recall(events: Iterable<CallEvent>): CallState;
  /** The same for a call that goes on: its state changes with each event it is told of. */
  follow(): Following;
  /** Null where nothing has happened. */
  card(callId: string, state: CallState): CallCard | null;
  /** What was said, in the order in which it was spoken; and what is being said, where that is known. */
  transcript(state: CallState, saying?: readonly AgentSaid[]): readonly TranscriptLine[];
  /** When the agent was heard. */
  agentStretches(state: CallState): readonly Stretch[];
  /** Null where the model's prices are not known. */
  cost(state: CallState): CallCost | null;
  /** The day the prices are from. */
  readonly pricesAsOf: string;
}

export interface Following {
  readonly state: CallState;
  follow(event: CallEvent): void;
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
