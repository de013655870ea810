import type { FunctionTool, Prompt, PromptItem } from './brain.ts';
import { ERRANDS, type Errand } from './script.ts';
import { toolArguments } from './tool-arguments.ts';

export interface Deed {
  readonly tool: FunctionTool;
  readonly arguments: string;
  /** What is said before, by the name of a recording. */
  readonly preamble: string | null;
}

/** What is to be done about an utterance; null when it asks for nothing, or no tool on offer can do it. */
export function deedFor(name: string, words: string, { tools, items }: Prompt): Deed | null {
  const errand = ERRANDS[name];
  const tool = errand && toolFor(errand, tools, items);
  if (!errand || !tool) return null;
  return {
    tool,
    arguments: toolArguments(tool, words, items, errand.pointsBack ?? false),
    preamble: errand.preamble ?? null,
  };
}

function toolFor(
  errand: Errand,
  tools: readonly FunctionTool[],
  items: readonly PromptItem[],
): FunctionTool | undefined {
  const lastCall = items.findLast((item) => item.type === 'call');
  const isAfter = lastCall?.type === 'call' && errand.after?.tools.includes(lastCall.name);
  const names = (isAfter && errand.after?.instead) || errand.tools;
  return names.flatMap((name) => tools.filter((tool) => tool.name === name))[0];
}
