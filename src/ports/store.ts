import type { CallEvent, EndReason } from './facts.ts';
import type { Appended } from './journal.ts';

/**
 * Where the sound of calls is kept: two channels, the caller's and what the caller heard, on the call's own clock.
 * What happened at 12.3 s is heard there, whenever the recording was started.
 */
export interface Recordings {
  /** Where the WAV file of a call is; null: there is none. Asked with the id of a call that the store has. */
  find(callId: string): Promise<string | null>;
}

/** Where calls are kept. Reading never waits for a call, and nothing here is asked on the audio path. */
export interface CallStore {
  /**
   * Adds events to calls, each once, however often it is given. Whole batches, or nothing of them; but for calls whose
   * journal is not, or no longer, whose events they are: those are refused, call by call, and it is said so.
   */
  append(batch: readonly StoredEvent[]): Promise<Appended>;
  list(query: CallQuery): Promise<CallPage>;
  /** Every call of a query, newest first, a few at a time. */
  each(query: CallQuery): AsyncIterable<CallCard>;
  card(callId: string): Promise<CallCard | null>;
  events(callId: string): Promise<readonly CallEvent[]>;
  /** What the person who reads the call has made of it. */
  review(callId: string, change: ReviewChange): Promise<boolean>;
  figures(query: CallQuery): Promise<readonly DayFigures[]>;
  /** Leaves nothing of the call behind, nor of what can be found by searching. */
  delete(callId: string): Promise<boolean>;
  close(): Promise<void>;
}

export interface StoredEvent {
  readonly callId: string;
  readonly event: CallEvent;
}

/** A call at a glance. Derived from its events when they are written, so that thousands can be listed at once. */
export interface CallCard {
  readonly callId: string;
  readonly startedWallMs: number;
  readonly direction: 'inbound' | 'outbound';
  readonly from: string;
  readonly to: string;
  readonly agent: string;
  readonly model: string;
  /** Null while it goes on. */
  readonly endReason: EndReason | null;
  readonly durationMs: number;
  readonly turns: number;
  readonly interruptions: number;
  readonly tools: readonly string[];
  readonly toolFailures: number;
  readonly problems: number;
  /** From the caller's last word to the first sound of the answer; null before the first one. */
  readonly latencyP50Ms: number | null;
  readonly latencyP95Ms: number | null;
  /** US dollars; null where the model's prices are not known. */
  readonly cost: number | null;
  readonly summary: string | null;
  readonly hasRecording: boolean;
  readonly isReviewed: boolean;
  readonly tags: readonly string[];
  readonly notes: readonly CallNote[];
}

export interface CallNote {
  readonly noteId: string;
  /** Where on the call it belongs; null for the call as a whole. */
  readonly atMs: number | null;
  readonly text: string;
  readonly wallMs: number;
}

export type ReviewChange =
  | { readonly type: 'reviewed'; readonly isReviewed: boolean }
  | { readonly type: 'tag'; readonly tag: string }
  | { readonly type: 'untag'; readonly tag: string }
  | { readonly type: 'note'; readonly note: CallNote }
  | { readonly type: 'unnote'; readonly noteId: string };

/** Everything that is given has to hold. */
export interface CallQuery {
  /** Words, all of which were said on the call. Never a query language. */
  readonly words?: string;
  readonly fromWallMs?: number;
  readonly toWallMs?: number;
  readonly agent?: string;
  /** A part of either number. */
  readonly number?: string;
  readonly direction?: 'inbound' | 'outbound';
  readonly endReason?: EndReason;
  readonly isLive?: boolean;
  readonly tool?: string;
  readonly hasToolFailure?: boolean;
  readonly hasProblem?: boolean;
  readonly leastInterruptions?: number;
  readonly leastLatencyMs?: number;
  readonly leastDurationMs?: number;
  readonly mostDurationMs?: number;
  readonly leastCost?: number;
  readonly isReviewed?: boolean;
  readonly tag?: string;
  /** Where the page before ended. */
  readonly after?: string;
  readonly limit?: number;
}

export interface CallPage {
  readonly calls: readonly CallCard[];
  /** For `after`; null on the last page. */
  readonly next: string | null;
}

export interface DayFigures {
  /** `2026-11-21`, in UTC. */
  readonly day: string;
  readonly calls: number;
  readonly durationMs: number;
  readonly latencyP50Ms: number | null;
  readonly latencyP95Ms: number | null;
  readonly cost: number;
  readonly toolCalls: number;
  readonly toolFailures: number;
  readonly endReasons: Readonly<Partial<Record<EndReason, number>>>;
}
