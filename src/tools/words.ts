import type { ToolResult } from '../ports/tools.ts';

/**
 * What the model is told when a tool did not do what it was asked: neutral, without a word of what went wrong
 * inside, and with what to do next. None of it is read out; it is put in a way that survives being read out.
 */
export function answerTo(
  result: Exclude<ToolResult, 'ok' | 'bad_arguments' | 'refused'>,
  writes: boolean,
): string {
  const sentence = writes ? WRITING[result] : LOOKING_UP[result];
  return JSON.stringify({ error: sentence });
}

export function badArguments(problem: string): string {
  return JSON.stringify({
    error: `The request was not accepted: ${problem}. Nothing was done. Ask again with the right fields; if you do not know one of them, ask the caller.`,
  });
}

export function refusal(sentence: string): string {
  return JSON.stringify({ error: sentence });
}

export const REFUSALS = {
  tooManyRounds:
    'You have asked for too many things in a row. Stop, say sorry to the caller, tell what you know so far, and offer that a colleague calls back.',
  tooManyAtOnce: 'That was too many requests at once, and this one was not done. Ask for fewer.',
  tooManyInCall:
    'No more requests can be made on this call. Say sorry to the caller and offer that a colleague calls back.',
  outOfService:
    'This is out of service at the moment. Tell the caller that it does not work, and offer another way.',
  notAllowedNow: 'This cannot be used at this point of the call.',
} as const;

const UNKNOWN = 'There is nothing of that name. Use only the functions you were given.';
const ENDED = 'The call is over.';

const LOOKING_UP = {
  failed:
    'This did not work, for a technical reason. Tell the caller so, do not guess the answer, and offer another way.',
  timed_out:
    'This took too long and was stopped. Tell the caller so, do not guess the answer, and offer another way.',
  unknown_tool: UNKNOWN,
  call_ended: ENDED,
} as const;

const WRITING = {
  failed:
    'This did not work, for a technical reason, and it is not certain whether anything was done. Do not try it again. Tell the caller so, and offer that a colleague checks and calls back.',
  timed_out:
    'This takes longer than it should and may still come through. Do not say that it is done. Tell the caller that it is being worked on; to see whether it is done, ask for exactly the same once more.',
  unknown_tool: UNKNOWN,
  call_ended: ENDED,
} as const;
