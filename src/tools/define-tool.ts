import { z } from 'zod';
import type { CallerFacts, ControlAnswer } from '../ports/tools.ts';

/**
 * Something an agent can do besides speaking: look up, book, connect, write down.
 *
 * One file in the agent's `tools/` folder, one default export:
 *
 *     export default defineTool({
 *       name: 'order_status',
 *       description: 'Find out where an order is. Use it when the caller gives an order number.',
 *       parameters: z.object({ orderNumber: z.string().describe('The number printed on the receipt') }),
 *       async run({ orderNumber }, { signal }) {
 *         const order = await findOrder(orderNumber, { signal });
 *         return order ?? { problem: 'There is no order with that number.' };
 *       },
 *     });
 */
export interface Tool<Parameters extends z.ZodObject = z.ZodObject> {
  /** What the model calls it by: letters, digits, `_` and `-`, 64 at most, unique within the agent. */
  readonly name: string;
  /** For the model: what it does, and *when* to use it. */
  readonly description: string;
  /**
   * What the model has to give, as a zod object. `.describe()` each field: it is all the model knows of it.
   * Nothing else gets through to `run`: unknown fields are refused, with words the model can mend them by.
   */
  readonly parameters: Parameters;
  /**
   * Does it. What it returns is told to the model as JSON, up to 16 KiB of it; what it throws is told to the log
   * only. To tell the model why something cannot be done, return it in words, or throw a `Refusal`.
   */
  run(args: z.output<Parameters>, context: ToolContext): unknown;
  /** How long it may take; then the model is told that it did not work, and `signal` aborts. Default: 8 s. */
  readonly deadlineMs?: number;
  /** What the agent says when the caller has waited for 1.2 s. `null`: nothing. Default: "One moment, please." */
  readonly filler?: string | null;
  /**
   * True for a tool with effects in the world. It is never told to stop half-way (not when the caller cuts in or
   * hangs up, nor at its deadline), and never runs twice for the same request of the same call: a repetition
   * joins the run that is under way, or is given its result.
   */
  readonly writes?: boolean;
  /** Fields, of the arguments or of the result and at any depth, that no log and no record may show. */
  readonly secret?: readonly string[];
  /** True if there is nothing to say about it once it has worked; then the model is not asked for an answer. */
  readonly isSilent?: boolean;
}

/** What a tool need not say about itself. */
export const TOOL_DEFAULTS = {
  deadlineMs: 8_000,
  filler: 'One moment, please.',
  writes: false,
  secret: [],
  isSilent: false,
} as const satisfies Partial<Tool>;

/** Describes a tool. The types of `run`'s arguments follow from `parameters`. */
export function defineTool<const Parameters extends z.ZodObject>(tool: Tool<Parameters>): Tool<Parameters> {
  return tool;
}

/** Thrown by a tool that will not do it. Unlike other errors its message is told to the model. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** Parameters of a tool that needs none. */
export const NOTHING = z.object({});

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

/** What keeps one tool, one turn and one call within bounds. */
export const TOOL_LIMITS = {
  /** The most that is told to the model of one run; it is billed, and read, by the token. */
  outputBytes: 16 * 1024,
  /** Arguments beyond this are rubbish: a model speaks about a hundred words. */
  argumentBytes: 32 * 1024,
  /** Answers with tool calls in one turn of the caller: beyond this the model goes in circles. */
  roundsPerTurn: 8,
  roundsPerCall: 60,
  /** Calls in one answer. */
  callsPerRound: 16,
  deadlineMs: { least: 50, most: 120_000 },
  /** Of what one tool may ask of its call, or write to the log, in one run. */
  asksPerRun: 100,
  logBytes: 1024,
} as const;
