import type { CallerFacts, ControlAnswer } from '../ports/tools.ts';

/** What a tool knows while it runs, and what it may ask of the call. */
export interface ToolContext {
  /** Who is calling, from the carrier rather than from the model. A number proves nothing about who it is. */
  readonly caller: CallerFacts;
  /** The call's own name. */
  readonly callId: string;
  /** The same for the same request of the same call, however often it is repeated: hand it on to what you call. */
  readonly idempotencyKey: string;
  /** Aborts when the result is no longer wanted: hand it on to `fetch`. Never aborts for a tool that `writes`. */
  readonly signal: AbortSignal;
  readonly log: ToolLog;
  /** The agent's own `settings`. A tool that imports its `agent.ts` has them with types. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The call the tool runs on. */
  readonly call: CallHandle;
}

/** Lines in the house's log, under the names of the call and the tool. Secret fields are masked. */
export interface ToolLog {
  info(line: string): void;
  warn(line: string): void;
  error(line: string): void;
}

/** What a tool may do to its call. The rules of the call are kept elsewhere: nothing here is a way round them. */
export interface CallHandle {
  /** Ends the call once the caller has heard what is being said. If the caller cuts in, the call stays. */
  hangUp(): Promise<void>;
  /** Connects the caller with one of the agent's `transferTargets`. There is no way to name a number. */
  transfer(target: string): Promise<ControlAnswer>;
  /** Sends a text message to the caller's own number. */
  sendText(text: string): Promise<ControlAnswer>;
  /** Puts a note on the record; nobody on the call hears of it. */
  note(text: string): Promise<void>;
  /** Changes what the agent knows, or which of its tools it may use, from its next answer on. */
  update(change: { readonly instructions?: string; readonly tools?: readonly string[] }): Promise<void>;
  /** Waits for the caller's keys; null if none came. */
  collectDigits(request?: DigitsWanted): Promise<string | null>;
  /** Stops the recording for something that must not be kept, such as a card number. */
  pauseRecording(): Promise<void>;
  resumeRecording(): Promise<void>;
}

export interface DigitsWanted {
  /** Default: 16. */
  readonly most?: number;
  /** The key that ends the entry. Default: `#`. */
  readonly terminator?: string;
  /** So long without a key ends the entry. Default: 5 s. */
  readonly pauseMs?: number;
  /** Keeps the keys out of every record. */
  readonly isSecret?: boolean;
}

export const DIGITS_WANTED = {
  most: 16,
  terminator: '#',
  pauseMs: 5_000,
  isSecret: false,
} as const satisfies Required<DigitsWanted>;
