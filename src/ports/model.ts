import type { AudioFormat } from '../audio/format.ts';

/** A speech model one can have a conversation with. */
export interface SpeechModel {
  /** Starts to open a conversation and returns at once; `ready` or `lost` follows, never before it has returned. */
  open(setup: SessionSetup, listener: (event: SessionEvent) => void): RealtimeSession;
}

/** What an agent asks of its conversation. */
export interface SessionSetup {
  readonly instructions: string;
  /** The voice; the model's own default when absent. */
  readonly voice?: string;
  readonly turnDetection: TurnDetection;
  /** ISO-639-1, a hint for the transcript of what the caller said. */
  readonly language?: string;
}

/** When the model takes the caller's turn to have begun and ended. */
export type TurnDetection =
  | {
      readonly type: 'server_vad';
      /** 0 to 1; a higher one needs louder speech. */
      readonly threshold: number;
      /** How much sound before the first word belongs to the turn. */
      readonly prefixPaddingMs: number;
      /** How long a pause ends the turn. */
      readonly silenceMs: number;
    }
  | { readonly type: 'semantic_vad'; readonly eagerness: 'low' | 'medium' | 'high' | 'auto' };

/**
 * The model's side of a call. Commands never wait and never throw; what comes of them arrives as events.
 * A command after `lost` or `close` does nothing.
 */
export interface RealtimeSession {
  /** Bytes we wrote that the model's side has not taken yet. */
  readonly backlogBytes: number;
  /** Sound of the caller, in the format that `ready` named. */
  hear(audio: Uint8Array): void;
  /** Asks for an answer. `wantId` comes back with `response_started` or `response_refused`. */
  respond(want: ResponseWant): void;
  cancel(responseId: string): void;
  /** Tells the model how much of one part of its answer was heard. */
  truncate(part: PartId, heardMs: number): void;
  close(): void;
}

export interface ResponseWant {
  readonly wantId: string;
  /** Stands in for the conversation's instructions during this answer. */
  readonly instructions?: string;
}

/** One stretch of sound within an answer. */
export interface PartId {
  readonly responseId: string;
  readonly itemId: string;
  readonly contentIndex: number;
}

/** What this conversation can do; models differ. Known from `ready` on. */
export interface SessionTraits {
  readonly input: AudioFormat;
  readonly output: AudioFormat;
  /** It answers by itself when the caller's turn has ended. */
  readonly answersTurns: boolean;
  /** It stops its own answer by itself when the caller speaks. */
  readonly yieldsToSpeech: boolean;
}

export type SessionEvent =
  | { readonly type: 'ready'; readonly traits: SessionTraits }
  | { readonly type: 'lost'; readonly reason: SessionLost; readonly detail: string }
  | { readonly type: 'speech_started' }
  | { readonly type: 'speech_stopped' }
  | { readonly type: 'caller_words'; readonly text: string }
  | { readonly type: 'response_started'; readonly responseId: string; readonly wantId: string | null }
  | {
      readonly type: 'response_refused';
      readonly wantId: string | null;
      readonly because: 'busy' | 'rejected';
    }
  | { readonly type: 'audio'; readonly part: PartId; readonly audio: Uint8Array }
  | { readonly type: 'audio_done'; readonly part: PartId }
  | { readonly type: 'words'; readonly part: PartId; readonly text: string }
  | { readonly type: 'response_done'; readonly responseId: string; readonly outcome: ResponseOutcome }
  | { readonly type: 'problem'; readonly code: string };

export type ResponseOutcome = 'completed' | 'cancelled' | 'incomplete' | 'failed';

/**
 * Why there is no conversation (any more).
 *
 * - `refused`: the key, the model or the set-up was not accepted; trying again will not help.
 * - `limited`: too many requests or no capacity at the moment.
 * - `unreachable`: no connection, or nothing usable within the time limit.
 * - `wrong_format`: it speaks a sound format that was not asked for.
 * - `dropped`: it was ready, and went away.
 * - `expired`: it reached its longest duration.
 */
export type SessionLost = 'refused' | 'limited' | 'unreachable' | 'wrong_format' | 'dropped' | 'expired';
