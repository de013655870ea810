import type { AudioFormat } from '../audio/format.ts';
import type { ToolCall, ToolOffer } from './tools.ts';

/** A speech model one can have a conversation with. */
export interface SpeechModel {
  /** Starts to open a conversation and returns at once; `ready` or `lost` follows, never before it has returned. */
  open(setup: SessionSetup, listener: (event: SessionEvent) => void): Session;
}

/** What an agent asks of its conversation. */
export interface SessionSetup {
  /** May still be on its way when the connection is opened; nothing is said before it has come. */
  readonly instructions: string | Promise<string>;
  readonly tools: readonly ToolOffer[];
  /** Tools that the model's own side calls, without asking us. */
  readonly remoteTools: readonly RemoteTools[];
  /** `text`: it answers in writing. */
  readonly output: 'speech' | 'text';
  /** The voice; the model's own default when absent. */
  readonly voice?: string;
  readonly turnTaking: TurnSettings;
  /** ISO-639-1, a hint for the transcript of what the caller said. */
  readonly language?: string;
}

/** A server of tools the model's side talks to by itself, over the Model Context Protocol. */
export interface RemoteTools {
  readonly label: string;
  readonly url: string;
  readonly authorization?: string;
  /** Those it may use; all of them when absent. */
  readonly allowed?: readonly string[];
}

export interface TurnSettings {
  readonly detection: TurnDetection;
  /** We decide when the model answers and when it stops; it only tells us what it hears. */
  readonly isLedByUs: boolean;
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
  | { readonly type: 'semantic_vad'; readonly eagerness: 'low' | 'medium' | 'high' | 'auto' }
  /** The caller's side says when: `commitTurn` ends a turn. */
  | { readonly type: 'manual' };

/**
 * The model's side of a call. Commands never wait and never throw; what comes of them arrives as events.
 * A command before `ready` waits for it, within bounds; one after `lost` or `close` does nothing.
 */
export interface Session {
  /** Bytes we wrote that the model's side has not taken yet. */
  readonly backlogBytes: number;
  /** Sound of the caller, in the format that `ready` named; before that it is not taken. */
  hear(audio: Uint8Array): void;
  /** Asks for an answer. Its `requestId` comes back with `response_started` or `response_refused`. */
  respond(request: ResponseRequest): void;
  cancel(responseId: string): void;
  /** Tells the model how much of one part of its answer was heard. */
  truncate(part: PartId, heardMs: number): void;
  /** Puts something into the conversation that was not spoken. It is not answered by itself. */
  add(item: ContextItem): void;
  /** Asks for something in writing, beside the conversation and without becoming part of it. */
  askOutOfBand(request: OutOfBandRequest): void;
  /** Changes what the model knows and can do, from its next answer on. */
  update(change: { readonly instructions?: string; readonly tools?: readonly ToolOffer[] }): void;
  /** Ends the caller's turn, or takes it back, where the model does not notice turns by itself. */
  commitTurn(): void;
  discardTurn(): void;
  close(): void;
}

export interface ResponseRequest {
  /** Names it, and says nothing else. */
  readonly requestId: string;
  readonly purpose: ResponsePurpose;
  /** Stands in for the conversation's instructions during this answer. */
  readonly instructions?: string;
  /** It is only to speak: nothing is to be looked up or done for this answer. */
  readonly withoutTools?: boolean;
}

/**
 * What an answer is for.
 *
 * - `greeting`: the first words of a call.
 * - `caller_turn`: the caller has said, written, pressed or shown something.
 * - `tool_results`: what was looked up or done is to be spoken of.
 * - `filler`: somebody waits, and is told so.
 * - `silence_check`: nobody has said anything for a while.
 * - `goodbye`: the end is near, or has come.
 * - `briefing`: whoever picks up is told about the caller.
 * - `translation`: somebody is to hear what somebody else said.
 * - `operator`: whoever watches the call, or the house itself, has something that is to be spoken of.
 * - `apology`: an answer came to nothing.
 */
export type ResponsePurpose =
  | 'greeting'
  | 'caller_turn'
  | 'tool_results'
  | 'filler'
  | 'silence_check'
  | 'goodbye'
  | 'briefing'
  | 'translation'
  | 'operator'
  | 'apology';

export type ContextItem =
  /** `agent`: what it said itself, in an earlier session. */
  | { readonly type: 'text'; readonly from: 'caller' | 'agent' | 'house'; readonly text: string }
  /** `dataUrl`: a PNG or JPEG, base64. */
  | { readonly type: 'image'; readonly dataUrl: string }
  | { readonly type: 'tool_output'; readonly toolCallId: string; readonly output: string };

export interface OutOfBandRequest {
  readonly askId: string;
  readonly instructions: string;
  /** What it is about; the conversation so far when absent. */
  readonly input?: string;
}

/** One stretch of sound within an answer. */
export interface PartId {
  readonly responseId: string;
  readonly itemId: string;
  readonly contentIndex: number;
}

/** What this conversation can do; models differ. Known from `ready` on. */
export interface Capabilities {
  readonly formats: { readonly input: AudioFormat; readonly output: AudioFormat };
  /** It can be told how much of its words was heard. */
  readonly truncates: boolean;
  /** An answer can be stopped while it is being made. */
  readonly cancels: boolean;
  /** It tells when the caller begins to speak, and has ended. */
  readonly hasTurnEvents: boolean;
  /** It answers by itself when the caller's turn has ended. */
  readonly answersTurns: boolean;
  /** It stops its own answer by itself when the caller speaks. */
  readonly yieldsToSpeech: boolean;
  /** It can be told who said what before it came. Else it is told of that as of anything else. */
  readonly takesHistory: boolean;
  /** When it ends by itself, by the time of day; null where that is not known. */
  readonly expiresAt: number | null;
  /** `burst`: its words come as fast as it can make them; `real_time`: as fast as they are spoken. */
  readonly pacing: 'burst' | 'real_time';
}

export type SessionEvent =
  | { readonly type: 'ready'; readonly capabilities: Capabilities }
  /** `hint`: what was wanted, what came and what to do, in a sentence for whoever runs this. */
  | { readonly type: 'lost'; readonly reason: SessionLost; readonly detail: string; readonly hint?: string }
  /** `itemId`: what this turn of the caller's is to the model; null where it has no names for turns. */
  | { readonly type: 'speech_started'; readonly itemId: string | null }
  /** `endedMs`: where in all the sound it was given the model heard the last of it, if it says so. */
  | { readonly type: 'speech_stopped'; readonly itemId: string | null; readonly endedMs?: number }
  /** They may come late, and in any order: the item says whose they are. */
  | {
      readonly type: 'caller_words';
      readonly itemId: string | null;
      readonly text: string;
      /** What it cost to have it in writing, where that is told. */
      readonly transcription?: TranscriptionUsage;
    }
  | { readonly type: 'response_started'; readonly responseId: string; readonly requestId: string | null }
  | {
      readonly type: 'response_refused';
      readonly requestId: string | null;
      readonly because: 'busy' | 'rejected';
    }
  | { readonly type: 'audio'; readonly part: PartId; readonly audio: Uint8Array }
  | { readonly type: 'audio_done'; readonly part: PartId }
  | { readonly type: 'words'; readonly part: PartId; readonly text: string }
  /** A piece of an answer in writing. */
  | { readonly type: 'writing'; readonly part: PartId; readonly text: string }
  /** Only calls that were completely put; their answer may still go on. */
  | {
      readonly type: 'tool_call';
      readonly responseId: string;
      readonly itemId: string | null;
      readonly call: ToolCall;
    }
  /** The model's side calls a tool by itself; it knows the outcome by itself, and waits to be asked to go on. */
  | { readonly type: 'remote_call'; readonly call: RemoteCall }
  | {
      readonly type: 'remote_call_done';
      readonly callId: string;
      readonly result: 'ok' | 'failed';
      readonly output: string;
    }
  /** What a tool had to say is part of the conversation: answers that begin from now on know it. */
  | { readonly type: 'tool_output_taken'; readonly toolCallId: string }
  | {
      readonly type: 'response_done';
      readonly responseId: string;
      readonly outcome: ResponseOutcome;
      /** The server's word for why it was not completed. */
      readonly reason?: string;
      readonly usage: Usage | null;
    }
  /** Null: there will be no answer. */
  | {
      readonly type: 'out_of_band_answered';
      readonly askId: string;
      readonly text: string | null;
      readonly usage?: Usage | null;
    }
  /** `hint`: what to do about it, in a sentence for whoever runs this. */
  | { readonly type: 'problem'; readonly code: string; readonly hint?: string };

/** A call of a tool that the model's side makes at a server of tools, without asking us. */
export interface RemoteCall {
  readonly callId: string;
  readonly responseId: string;
  /** The label of the server of tools. */
  readonly server: string;
  readonly name: string;
  readonly arguments: string;
}

/** What an answer cost, in tokens. The cached ones are part of those that went in, not besides. */
export interface Usage {
  readonly textIn: number;
  readonly audioIn: number;
  readonly imageIn: number;
  readonly cachedTextIn: number;
  readonly cachedAudioIn: number;
  readonly cachedImageIn: number;
  readonly textOut: number;
  readonly audioOut: number;
}

/** What a transcript cost: in tokens or by the second, at the prices of the model that wrote it. */
export interface TranscriptionUsage {
  readonly model: string;
  readonly textIn: number;
  readonly audioIn: number;
  readonly textOut: number;
  readonly seconds: number;
}

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
