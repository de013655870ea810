import { noticeToGive, summaryWanted, wordsNoted, wordsToSay } from './asked-to-say.ts';
import type { Brain, Output, Plan, Prompt, PromptItem } from './brain.ts';
import { deedFor } from './errands.ts';
import { callForced, callNamed, type ForeignCall } from './foreign-tools.ts';
import { clipForUtterance, KEYS, NOTICES } from './script.ts';
import { untoldResults } from './tool-results.ts';

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
