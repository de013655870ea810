import type { FunctionTool, Prompt, PromptItem } from './brain.ts';
import { fittingArguments, toolArguments } from './tool-arguments.ts';

/** Sentences of the agent for what is no utterance, by the name of their recording, or as words. */
export const NOTICES = {
  greeting: 'greeting',
  silence: 'are_you_there',
  notUnderstood: 'practice_notice',
  nothingNew: 'resume',
  /** The caller waits for a result. */
  filler: 'one_moment',
  endingSoon: 'ending_soon',
  goodbye: 'goodbye',
  /** A function did what it was asked, and brought no words of its own. */
  done: 'anything_else',
  failed: 'I could not do that.',
} as const;

/** Which recorded sentence answers which utterance. What needs a tool and finds none cannot be done. */
const CLIP_FOR_UTTERANCE: Readonly<Record<string, string>> = {
  hello: 'of_course',
  yes: 'of_course',
  no: 'anything_else',
  wait: 'of_course',
  opening_hours: 'opening_hours',
  parking: 'parking',
  person: 'person',
  goodbye: 'goodbye',
  mhm: 'resume',
  cough: 'resume',
  keys: NOTICES.notUnderstood,
};

export function clipForUtterance(name: string): string {
  return CLIP_FOR_UTTERANCE[name] ?? NOTICES.failed;
}

/** Keys that were pressed and reach the model as words; no recording has this name. */
export const KEYS = 'keys';

interface Errand {
  /** The names a business may have given to such a tool, the likeliest first. */
  readonly tools: readonly string[];
  /** What is said before the call. */
  readonly preamble?: string;
  /** What was found before is what is meant: "the first one". Else only what a tool cannot do without is taken from there. */
  readonly pointsBack?: true;
  /** What is meant instead when the last thing that was done is one of these: "the first one" to move to. */
  readonly after?: { readonly tools: readonly string[]; readonly instead: readonly string[] };
}

/** Utterances that ask for something to be done, when a tool for it is offered. */
const ERRANDS: Readonly<Record<string, Errand | undefined>> = {
  order_status: { tools: ['order_status', 'find_order'] },
  order_by_keys: { tools: ['order_status', 'find_order'], preamble: 'key_in_order' },
  [KEYS]: { tools: ['order_status', 'find_order'] },
  my_details: { tools: ['who_is_calling'], preamble: 'key_in_birth' },
  opening_hours: { tools: ['opening_hours'] },
  free_appointments: { tools: ['free_appointments', 'find_appointments'] },
  book_first: {
    tools: ['book_appointment'],
    pointsBack: true,
    after: { tools: ['my_appointment'], instead: ['move_appointment'] },
  },
  cancel_appointment: { tools: ['cancel_appointment'] },
  move_appointment: { tools: ['my_appointment', 'move_appointment'] },
  goodbye: { tools: ['hang_up', 'end_call'], preamble: 'goodbye' },
  person: { tools: ['a_person_please', 'transfer', 'transfer_call'], preamble: 'person' },
};

interface Deed {
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
