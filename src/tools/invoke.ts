import { checkArguments } from './arguments.ts';
import { Refusal, type Tool } from './define-tool.ts';
import { toOutput } from './output.ts';
import { inItsOwnWords, kindAndPlace } from './thrown.ts';
import type { ToolContext } from './tool-context.ts';
import { cardOf, type ToolSpec } from './tool-spec.ts';
import { answerTo, badArguments } from './words.ts';

/** What came of one run, wherever it ran: bounded, and plain enough to cross to another thread. */
export interface ToolReply {
  readonly result: 'ok' | 'failed' | 'bad_arguments' | 'refused';
  /** A JSON text for the model. */
  readonly output: string;
  /** What went wrong, for the log; it may hold what the model must not see, and nothing that was said. */
  readonly trouble?: string;
  /** The same in the words of what was thrown, for its author's own terminal. */
  readonly thrown?: string;
}

/** A tool, ready to be run. */
export interface Ready {
  readonly card: ToolSpec;
  invoke(argumentsText: string, context: ToolContext): Promise<ToolReply>;
}

/** Runs a tool once: checks the arguments, runs it, and puts what came of it into bounded words. Never rejects. */
export function ready(tool: Tool): Ready {
  const card = cardOf(tool);
  return {
    card,
    async invoke(argumentsText, context) {
      try {
        const checked = await checkArguments(argumentsText, tool.parameters, card.parameters);
        if (!checked.ok) return { result: 'bad_arguments', output: badArguments(checked.problem) };
        return { result: 'ok', output: toOutput(await tool.run(checked.args, context)) };
      } catch (error) {
        return replyTo(error, card);
      }
    },
  };
}

/** A thrown thing, as a reply. Only a refusal speaks to the model in its own words. */
export function replyTo(error: unknown, card: Pick<ToolSpec, 'writes'>): ToolReply {
  // By name: a refusal may come from another copy of this file than the one we know.
  if (error instanceof Refusal || (error instanceof Error && error.name === 'Refusal')) {
    return { result: 'refused', output: toOutput({ error: error.message }) };
  }
  return {
    result: 'failed',
    output: answerTo('failed', card.writes),
    trouble: kindAndPlace(error),
    thrown: inItsOwnWords(error),
  };
}
