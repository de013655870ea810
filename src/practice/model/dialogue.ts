import type { Brain, Output, Plan, Prompt, PromptItem } from './brain.ts';
import {
  callForced,
  callNamed,
  clipForUtterance,
  deedFor,
  type ForeignCall,
  KEYS,
  NOTICES,
} from './script.ts';

/** What the dialogue speaks with. */
export interface Voice {
  /** 16-bit samples at 24 kHz. */
  speak(text: string): Int16Array;
  /** Whether all of it can be said in whole words. */
  canSay(text: string): boolean;
  /** The words of a recorded sentence of the agent, by name. */
  readonly sentences: ReadonlyMap<string, string>;
  /** The sentences of the caller that are understood: words by name. */
  readonly utterances: ReadonlyMap<string, string>;
}

type UserTurn = Extract<PromptItem, { type: 'user' }>;

/** What is said or done, before it is known whether it is spoken or written. */
type Move = { readonly type: 'say'; readonly text: string } | Extract<Output, { type: 'call' }>;

/** The practice model's own mind: a small script, the same answer to the same words every time. */
export function dialogue(voice: Voice): Brain {
  const sentence = (name: string) => voice.sentences.get(name) ?? name;
  const say = (name: string): Move => ({ type: 'say', text: sentence(name) });

  function answerTo(turn: UserTurn, prompt: Prompt): Move[] {
    if (turn.manner === 'silent') return [say(NOTICES.silence)];
    if (turn.manner === 'written' && /\bgreet\b/i.test(turn.text)) return [say(NOTICES.greeting)];
    const name = turn.heard?.name ?? nameOf(turn.text, voice.utterances);
    if (name === 'repeat')
      return [{ type: 'say', text: lastWords(prompt.items) ?? sentence(NOTICES.nothingNew) }];
    const deed = name === null ? null : deedFor(name, turn.text, prompt);
    if (deed !== null) return deed.preamble === null ? [call(deed)] : [say(deed.preamble), call(deed)];
    const foreign = callNamed(turn.text, prompt);
    if (foreign !== null) return [call(foreign)];
    return [say(name === null ? NOTICES.notUnderstood : clipForUtterance(name))];
  }

  /** What is called when something has to be: what the caller's last words ask for, if they do. */
  function forced(prompt: Prompt): Move | null {
    const turn = prompt.items.findLast((item) => item.type === 'user');
    const words = turn?.type === 'user' ? turn.text : '';
    const name = (turn?.type === 'user' && turn.heard?.name) || nameOf(words, voice.utterances);
    const asked = name === null ? null : deedFor(name, words, prompt);
    const foreign = callForced(words, asked === null ? prompt : { ...prompt, tools: [asked.tool] });
    return foreign && call(foreign);
  }

  function moves(prompt: Prompt): Move[] {
    const mustDo = prompt.mustCall ? forced(prompt) : null;
    if (mustDo !== null) return [mustDo];
    const ordered = wordsToSay(prompt.request?.instructions);
    if (ordered !== null) return [{ type: 'say', text: ordered }];
    if (prompt.isOutOfBand && prompt.modality === 'text')
      return [{ type: 'say', text: summaryWanted(prompt) ?? account(prompt.items) }];
    const notice = noticeToGive(prompt);
    if (notice !== null) return [say(notice)];
    const isWriting = prompt.modality === 'text';
    const results = untoldResults(prompt.items, { wordsOf: sentence, canSay: voice.canSay, isWriting });
    if (results.length > 0) return results.map((text) => ({ type: 'say', text }));
    const noted = wordsNoted(prompt.items);
    if (noted !== null) return [{ type: 'say', text: noted }];
    const last = prompt.items.findLast((item) => item.type === 'user' || item.type === 'assistant');
    if (last === undefined) {
      return [{ type: 'say', text: wordsToSay(prompt.instructions) ?? sentence(NOTICES.greeting) }];
    }
    return last.type === 'user' ? answerTo(last, prompt) : [say(NOTICES.nothingNew)];
  }

  return {
    answer(prompt): Plan {
      return { outputs: moves(prompt).map((move) => output(move, prompt, voice)) };
    },
  };
}

function call({ tool, arguments: filled }: ForeignCall): Move {
  const { name, serverLabel } = tool;
  const move = { type: 'call', name, arguments: filled } as const;
  return serverLabel === undefined ? move : { ...move, serverLabel };
}

function output(move: Move, { modality }: Prompt, voice: Voice): Output {
  if (move.type === 'call') return move;
  return modality === 'text'
    ? { type: 'text', text: move.text }
    : { type: 'speech', text: move.text, samples: voice.speak(move.text) };
}

/** The utterance that was written, with whatever capitals and marks; or that keys were pressed. */
function nameOf(text: string, utterances: ReadonlyMap<string, string>): string | null {
  if (PRESSED.test(text)) return KEYS;
  const wanted = plain(text);
  const found = [...utterances].find(([, words]) => plain(words) === wanted);
  return wanted === '' ? null : (found?.[0] ?? null);
}

/** How a client may word an entry of keys: "The caller pressed 4217." */
const PRESSED = /\b(?:press|key|dial)\w*\b.*\d{2}/i;

function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, ' ')
    .trim();
}

function lastWords(items: readonly PromptItem[]): string | null {
  const last = items.findLast((item) => item.type === 'assistant' && item.text !== '');
  return last?.type === 'assistant' ? last.text : null;
}

/** A summary that claims nothing: who said what, as far as it was understood. */
function account(items: readonly PromptItem[]): string {
  const lines = items.flatMap((item) => {
    if (item.type === 'user') {
      const words = item.text === '' ? 'something that was not understood' : `"${item.text}"`;
      return item.manner === 'silent' ? [] : [`The caller said ${words}.`];
    }
    if (item.type === 'assistant' && item.text !== '') return [`The agent said "${item.text}".`];
    return item.type === 'call' ? [`The agent used ${item.name}.`] : [];
  });
  return lines.length === 0 ? 'Nothing was said.' : lines.join(' ');
}

/** A sentence that instructions want word for word: `Say exactly: "Good day."`, `Say exactly this: "Good day."` */
function wordsToSay(instructions: string | undefined): string | null {
  return /say exactly\b[^"“]{0,40}["“]([^"”]+)["”]/i.exec(instructions ?? '')?.[1] ?? null;
}

/** The same, wanted by a note that was put into the conversation after the last answer. */
function wordsNoted(items: readonly PromptItem[]): string | null {
  const answered = items.findLastIndex(({ type }) => type === 'assistant');
  const notes = items.slice(answered + 1).filter((item) => item.type === 'system');
  return wordsToSay(notes.at(-1)?.text);
}

/**
 * What the instructions of one answer ask for besides the conversation, by the name of a recording; null when they
 * ask for nothing the practice model knows. The conversation's own instructions, which may be repeated in them, do
 * not count: they speak of many things.
 */
function noticeToGive({ request, config }: Prompt): string | null {
  const task = (request?.instructions ?? '').replace(config.instructions, '');
  return TASKS.find(([pattern]) => pattern.test(task))?.[1] ?? null;
}

/** A call summed up as JSON, where that is asked for: what the caller said is all that the practice model can tell. */
function summaryWanted({ request, items }: Prompt): string | null {
  if (!/JSON.*"summary"/s.test(request?.instructions ?? '')) return null;
  const transcript = items.map((item) => (item.type === 'user' ? item.text : '')).join('\n');
  const said = [...transcript.matchAll(/^caller: (.+)$/gm)].map(([, words]) => `“${words}”`);
  return JSON.stringify({ summary: `The caller said ${said.join(', ') || 'nothing'}` });
}

const TASKS: readonly (readonly [RegExp, string])[] = [
  [/look(?:ing)? (?:it|that) up|takes a moment/i, NOTICES.filler],
  [/still there|any(?:one|body) (?:is )?there/i, NOTICES.silence],
  [/half a minute|has to end/i, NOTICES.endingSoon],
  [/\bsay\b.*\bgoodbye\b/i, NOTICES.goodbye],
];

interface ResultVoice {
  /** The words of a recording by its name; any other words as they are. */
  wordsOf(name: string): string;
  canSay(text: string): boolean;
  /** What is written may be anything: also the words of a result that are no JSON. */
  readonly isWriting: boolean;
}

/**
 * What is still to be said about the results that came since the caller's last turn, by the name of a recording or
 * in words. Something else may have been said since (that it takes a moment): a result counts as told only when
 * just that was said.
 */
function untoldResults(items: readonly PromptItem[], voice: ResultVoice): string[] {
  const turn = items.findLastIndex((item) => item.type === 'user');
  const since = items.slice(turn + 1);
  const told = since.flatMap((item) => (item.type === 'assistant' ? [item.text] : []));
  return since
    .flatMap((item) => (item.type === 'call_output' ? [voice.wordsOf(report(item.output, voice))] : []))
    .filter((words) => {
      const at = told.indexOf(words);
      if (at >= 0) told.splice(at, 1);
      return at < 0;
    });
}

/** What to say about a function's result: its own words, if it brings some that are made to be said. */
function report(output: string, { canSay, isWriting }: ResultVoice): string {
  const result = parsed(output);
  if (isWriting && result === undefined) return output.slice(0, LONGEST_REPORT);
  if (typeof result !== 'object' || result === null) return NOTICES.done;
  if ('say' in result && typeof result.say === 'string') return result.say;
  if ('error' in result && typeof result.error === 'string' && (isWriting || canSay(result.error)))
    return result.error;
  return 'problem' in result || 'error' in result ? NOTICES.failed : NOTICES.done;
}

/** What is longer is no sentence. */
const LONGEST_REPORT = 1_000;

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined; // words of its own
  }
}
