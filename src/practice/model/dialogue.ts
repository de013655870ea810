import type { Brain, Output, Plan, Prompt, PromptItem } from './brain.ts';
import { clipForUtterance, NOTICES, TOOL_FOR_UTTERANCE } from './script.ts';
import { toolArguments } from './tool-arguments.ts';

/** What the dialogue speaks with. */
export interface Voice {
  /** 16-bit samples at 24 kHz. */
  speak(text: string): Int16Array;
  /** The words of a recorded sentence of the agent, by name. */
  readonly sentences: ReadonlyMap<string, string>;
  /** The sentences of the caller that are understood: words by name. */
  readonly utterances: ReadonlyMap<string, string>;
}

type UserTurn = Extract<PromptItem, { type: 'user' }>;

/** What is said or done, before it is known whether it is spoken or written. */
type Move =
  | { readonly type: 'say'; readonly text: string }
  | { readonly type: 'call'; readonly name: string; readonly arguments: string };

/** The practice model's own mind: a small script, the same answer to the same words every time. */
export function dialogue(voice: Voice): Brain {
  const sentence = (name: string) => voice.sentences.get(name) ?? name;
  const say = (name: string): Move => ({ type: 'say', text: sentence(name) });

  function answerTo(turn: UserTurn, prompt: Prompt): Move[] {
    if (turn.manner === 'silent') return [say(NOTICES.silence)];
    if (turn.manner === 'written' && /\bgreet\b/i.test(turn.text)) return [say(NOTICES.greeting)];
    const name = turn.heard?.name ?? nameOf(turn.text, voice.utterances);
    if (name === null) return [say(NOTICES.notUnderstood)];
    if (name === 'repeat')
      return [{ type: 'say', text: lastWords(prompt.items) ?? sentence(NOTICES.nothingNew) }];
    const errand = TOOL_FOR_UTTERANCE[name];
    const tool = prompt.tools.find((offered) => errand?.tools.includes(offered.name));
    if (errand === undefined || tool === undefined) return [say(clipForUtterance(name))];
    const call: Move = {
      type: 'call',
      name: tool.name,
      arguments: toolArguments(tool, turn.text, prompt.items),
    };
    return errand.preamble === undefined ? [call] : [say(errand.preamble), call];
  }

  function moves(prompt: Prompt): Move[] {
    const ordered = wordsToSay(prompt.request?.instructions);
    if (ordered !== null) return [{ type: 'say', text: ordered }];
    if (prompt.isOutOfBand && prompt.modality === 'text')
      return [{ type: 'say', text: account(prompt.items) }];
    const outputs = outputsSinceLastTurn(prompt.items);
    if (outputs.length > 0) return outputs.map((output) => ({ type: 'say', text: sentence(report(output)) }));
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

function output(move: Move, { modality }: Prompt, voice: Voice): Output {
  if (move.type === 'call') return move;
  return modality === 'text'
    ? { type: 'text', text: move.text }
    : { type: 'speech', text: move.text, samples: voice.speak(move.text) };
}

/** A sentence that instructions want word for word: `Say exactly: "Good day."` */
function wordsToSay(instructions: string | undefined): string | null {
  return /say exactly:?\s*["“]([^"”]+)["”]/i.exec(instructions ?? '')?.[1] ?? null;
}

/** The utterance that was written, with whatever capitals and marks. */
function nameOf(text: string, utterances: ReadonlyMap<string, string>): string | null {
  const wanted = plain(text);
  const found = [...utterances].find(([, words]) => plain(words) === wanted);
  return wanted === '' ? null : (found?.[0] ?? null);
}

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

function outputsSinceLastTurn(items: readonly PromptItem[]): string[] {
  const turn = items.findLastIndex((item) => item.type === 'user');
  const answer = items.findLastIndex((item) => item.type === 'assistant' && item.text !== '');
  const call = items.findLastIndex((item) => item.type === 'call');
  // A spoken preamble stands before its call; an answer after the outputs has reported them already.
  const from = Math.max(turn, answer > call ? answer : -1) + 1;
  return items.slice(from).flatMap((item) => (item.type === 'call_output' ? [item.output] : []));
}

/** What to say about a function's result: its own words, if it brings some. */
function report(output: string): string {
  const result = parsed(output);
  if (typeof result !== 'object' || result === null) return NOTICES.done;
  if ('say' in result && typeof result.say === 'string') return result.say;
  return 'problem' in result || 'error' in result ? NOTICES.failed : NOTICES.done;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
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
