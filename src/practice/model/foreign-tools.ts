import type { FunctionTool, Prompt } from './brain.ts';
import { fittingArguments } from './fitting-arguments.ts';

/*
 * Tools the practice model was never told of, as every agent but the practice one has them. It calls one when it has
 * to, or when the caller's words name it: "What is the weather in Paris?" names `get_weather`.
 */

export interface ForeignCall {
  readonly tool: FunctionTool;
  readonly arguments: string;
}

/** The tool that these words name, filled from them; null when they name none. */
export function callNamed(words: string, { tools, items }: Prompt): ForeignCall | null {
  const tool = toolNamed(words, tools);
  return tool === null ? null : { tool, arguments: fittingArguments(tool, words, items) };
}

/** A call where one has to be made: of what the words name, else of the first tool there is. */
export function callForced(words: string, { tools, items }: Prompt): ForeignCall | null {
  const tool = toolNamed(words, tools) ?? tools[0];
  return tool === undefined ? null : { tool, arguments: fittingArguments(tool, words, items) };
}

/** Words of a name that say what is done and not with what. */
const DEEDS = new Set(
  'a an and by call check create do fetch find for get is list look lookup make my new of please query read run search send set show tell the to tool up update use who'.split(
    ' ',
  ),
);

function toolNamed(words: string, tools: readonly FunctionTool[]): FunctionTool | null {
  const said = new Set(partsOf(words).map(stem));
  const matches = tools.flatMap((tool) => {
    const parts = partsOf(tool.name).map(stem);
    const telling = parts.filter((part) => !DEEDS.has(part));
    const wanted = telling.length > 0 ? telling : parts;
    return wanted.length > 0 && wanted.every((part) => said.has(part))
      ? [{ tool, parts: wanted.length }]
      : [];
  });
  return matches.sort((one, other) => other.parts - one.parts)[0]?.tool ?? null;
}

/** `getWeather`, `get-weather` and "get weather" alike. */
function partsOf(text: string): string[] {
  return text
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part !== '');
}

function stem(word: string): string {
  return word.length > 3 ? word.replace(/s$/, '') : word;
}
