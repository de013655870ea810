/** What the model is told a tool can do; `parameters` is a JSON Schema. */
export interface ToolOffer {
  readonly name: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** What the model asks to be done. Its arguments are the model's own text: JSON, as a rule. */
export interface ToolCall {
  readonly callId: string;
  readonly name: string;
  readonly arguments: string;
}

/** What an agent can do besides speaking. */
export interface Toolbox {
  readonly offers: readonly ToolOffer[];
  /** Hands the tools to one call, from its first ring to its end. */
  open(control: CallControl): ToolRunner;
}

/** The tools of one call. */
export interface ToolRunner {
  /**
   * Does what the model asks, within a time limit, and resolves to what the model is told of it: exactly once,
   * bounded, in words it can use, whatever happens. Never rejects. The same call twice is run once.
   * The calls of one answer are one round; so many rounds make a loop, which is ended.
   */
  run(call: ToolCall, responseId: string): Promise<ToolOutcome>;
  /** The caller has said something new: what the model asks for from here on is no loop. */
  turnBegan(): void;
  /** What the agent says while this tool keeps the caller waiting; null for a tool that is not to be talked over. */
  fillerFor(name: string): string | null;
  /** The call is over: whatever still runs is told to stop, save for what must not be stopped half-way. */
  close(): void;
}

export interface ToolOutcome {
  /** What the model is told: a JSON text. */
  readonly output: string;
  readonly result: ToolResult;
  /** False when there is nothing for the agent to say about it. */
  readonly wantsAnswer: boolean;
  /** The model asks for tools in answer after answer: the next one is to do without. */
  readonly isLoop?: boolean;
}

export type ToolResult =
  | 'ok'
  | 'failed'
  | 'timed_out'
  | 'unknown_tool'
  | 'bad_arguments'
  | 'refused'
  | 'call_ended';

/** What a tool may do to the call it runs on; all of it goes through the rules of the call. */
export interface CallControl {
  readonly callId: string;
  readonly caller: CallerFacts;
  /** Told of everything worth keeping. */
  tell(fact: ToolFact): void;
  /** Ends the call once the caller has heard what is being said. An interruption keeps the call. */
  hangUp(): void;
  /** Connects the caller with a target the owner has named, once what is being said was heard. */
  transfer(target: string): ControlAnswer;
  /** Waits for keys: up to so many, or to a terminator, or to a pause. */
  collectDigits(request: DigitsRequest): Promise<string | null>;
  /** Sends a text message to the caller. */
  sendText(text: string): Promise<ControlAnswer>;
  /** Puts a note on the record; nobody on the call hears of it. */
  note(text: string): void;
  /** Changes what the agent knows or can do, from its next answer on. */
  update(change: { readonly instructions?: string; readonly tools?: readonly string[] }): void;
  /** Stops the recording for something that must not be kept, and goes on with it. */
  pauseRecording(): void;
  resumeRecording(): void;
}

export interface CallerFacts {
  /** As the carrier writes it. A number proves nothing about who is calling. */
  readonly number: string;
  readonly dialled: string;
}

export type ControlAnswer = { readonly ok: true } | { readonly ok: false; readonly because: string };

export interface DigitsRequest {
  readonly most: number;
  /** The key that ends the entry. */
  readonly terminator: string;
  /** So long without a key ends the entry. */
  readonly pauseMs: number;
  /** Kept out of every record. */
  readonly isSecret: boolean;
}

/** What the record keeps of a tool; secrets are masked before they get here. */
export type ToolFact =
  | {
      readonly type: 'tool_called';
      readonly toolCallId: string;
      readonly name: string;
      /** The server of tools, where the model's own side makes the call. */
      readonly server?: string;
      readonly arguments: string;
    }
  | {
      readonly type: 'tool_returned';
      readonly toolCallId: string;
      readonly name: string;
      readonly result: ToolResult;
      readonly tookMs: number;
      readonly output: string;
    };
