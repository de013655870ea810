import { z } from 'zod';
import type { ToolContext } from './tool-context.ts';

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
