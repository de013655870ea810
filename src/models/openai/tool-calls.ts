import type { ToolCall } from '../../ports/tools.ts';
import type { ServerItem } from './server-events.ts';

/** Function calls, each told once, and only when it was completely put: a cut one has half of its arguments. */
export class ToolCalls {
  readonly #told: string[] = [];

  /** The call that this piece of an answer is, if it is one and was not told yet. */
  read({ type, status, name, call_id, arguments: args }: ServerItem): ToolCall | null {
    if (type !== 'function_call' || status !== 'completed' || !call_id || this.#told.includes(call_id))
      return null;
    this.#told.push(call_id);
    if (this.#told.length > MOST_TOLD) this.#told.shift();
    return {
      callId: call_id,
      name: name ?? '',
      arguments: (args ?? '').slice(0, MOST_ARGUMENT_CHARS),
    };
  }
}

/** More than any tool takes: it will say so to the model. */
const MOST_ARGUMENT_CHARS = 40_000;

/** The same call comes twice within an answer, not an hour later. */
const MOST_TOLD = 128;
