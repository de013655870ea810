import type { Prompt, PromptItem } from './brain.ts';
import { NOTICES } from './script.ts';

/** A sentence that instructions want word for word: `Say exactly: "Good day."`, `Say exactly this: "Good day."` */
export function wordsToSay(instructions: string | undefined): string | null {
  return /say exactly\b[^"“]{0,40}["“]([^"”]+)["”]/i.exec(instructions ?? '')?.[1] ?? null;
}

/** The same, wanted by a note that was put into the conversation after the last answer. */
export function wordsNoted(items: readonly PromptItem[]): string | null {
  const answered = items.findLastIndex(({ type }) => type === 'assistant');
  const notes = items.slice(answered + 1).filter((item) => item.type === 'system');
  return wordsToSay(notes.at(-1)?.text);
}

/**
 * What the instructions of one answer ask for besides the conversation, by the name of a recording; null when they
 * ask for nothing the practice model knows. The conversation's own instructions, which may be repeated in them, do
 * not count: they speak of many things.
 */
export function noticeToGive({ request, config }: Prompt): string | null {
  const task = (request?.instructions ?? '').replace(config.instructions, '');
  return TASKS.find(([pattern]) => pattern.test(task))?.[1] ?? null;
}

/** A call summed up as JSON, where that is asked for: what the caller said is all that the practice model can tell. */
export function summaryWanted({ request, items }: Prompt): string | null {
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
