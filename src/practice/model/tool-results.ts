import type { PromptItem } from './brain.ts';
import { NOTICES } from './script.ts';

export interface ResultVoice {
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
export function untoldResults(items: readonly PromptItem[], voice: ResultVoice): string[] {
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
