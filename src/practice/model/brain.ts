import type { ResponseRequest } from './client-events.ts';
import type { SessionConfig } from './session-config.ts';

/** Decides what the practice model answers. */
export interface Brain {
  answer(prompt: Prompt): Plan | Promise<Plan>;
}

/** Everything an answer may depend on. */
export interface Prompt {
  readonly config: SessionConfig;
  /** What `response.create` asked for; null when a caller's turn is answered by itself. */
  readonly request: ResponseRequest | null;
  /** True when the answer stays out of the conversation. */
  readonly isOutOfBand: boolean;
  readonly modality: 'text' | 'audio';
  /** The request's own instructions, else the session's. */
  readonly instructions: string;
  /** What may be called: functions of the client's, and tools of remote servers; those only that the tool choice leaves. */
  readonly tools: readonly FunctionTool[];
  /** One of them has to be called. */
  readonly mustCall: boolean;
  /** The conversation so far, or the request's own input. */
  readonly items: readonly PromptItem[];
}

export interface FunctionTool {
  readonly name: string;
  readonly description: string;
  /** A JSON Schema. */
  readonly parameters: unknown;
  /** The MCP server that has it; the client's own functions have none. */
  readonly serverLabel?: string;
}

export type PromptItem =
  | { readonly type: 'system'; readonly id: string; readonly text: string }
  | {
      readonly type: 'user';
      readonly id: string;
      /** What was written, or the words of the sentence that was recognised; else empty. */
      readonly text: string;
      /** Null when it was written, or spoken and not recognised. */
      readonly heard: Heard | null;
      readonly manner: 'written' | 'spoken' | 'silent';
    }
  | { readonly type: 'assistant'; readonly id: string; readonly text: string }
  | { readonly type: 'call'; readonly callId: string; readonly name: string; readonly arguments: string }
  | { readonly type: 'call_output'; readonly callId: string; readonly output: string };

/** An answer: every output becomes an item of one response, in this order. */
export interface Plan {
  readonly outputs: readonly Output[];
  /** How long it thinks before the first item; the server's habit when absent. */
  readonly thinkMs?: number;
  /** How it ends when nothing cuts it short; completed when absent. */
  readonly ending?: Ending;
}

export type Output =
  | { readonly type: 'speech'; readonly text: string; readonly samples: Int16Array }
  | { readonly type: 'text'; readonly text: string }
  /** `serverLabel`: it is not the client that is to do it, but this MCP server. */
  | {
      readonly type: 'call';
      readonly name: string;
      readonly arguments: string;
      readonly serverLabel?: string;
    };

export type Ending =
  | { readonly status: 'completed' }
  | { readonly status: 'incomplete'; readonly reason: 'max_output_tokens' | 'content_filter' }
  | { readonly status: 'failed'; readonly code: string; readonly message: string };

/** How the practice model hears: when somebody speaks, and which of the sentences it knows that was. */
export interface Ears {
  /** A detector of speech for one caller's sound. */
  listen(settings: ListenSettings): SpeechDetector;
  /** The sentence these samples are, or null when it is none of the known ones. */
  recognise(samples: Int16Array, sampleRate: 8_000 | 24_000): Heard | null;
}

export interface ListenSettings {
  readonly sampleRate: 8_000 | 24_000;
  /** 0 to 1; a higher one needs louder speech. */
  readonly threshold: number;
  readonly prefixPaddingMs: number;
  readonly silenceDurationMs: number;
}

export interface SpeechDetector {
  /** Takes the next samples and tells what began or ended in them; times count the sound pushed so far. */
  push(samples: Int16Array): readonly SpeechChange[];
  configure(settings: Omit<ListenSettings, 'sampleRate'>): void;
  /** Forgets what it was hearing; its clock goes on. */
  reset(): void;
}

export type SpeechChange =
  | { readonly type: 'started'; readonly audioStartMs: number }
  | { readonly type: 'stopped'; readonly audioEndMs: number };

export interface Heard {
  /** The name of the sentence in the fixtures. */
  readonly name: string;
  readonly text: string;
  readonly confidence: number;
}
