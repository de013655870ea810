import type { Caller } from './caller.ts';

/** What a practice caller does on a call. False if the call did not go as it should. */
export type Script = (caller: Caller) => Promise<boolean>;

/** Listens to the greeting, asks, cuts in on the answer, asks something else, says goodbye. */
async function cutIn(caller: Caller): Promise<boolean> {
  if (!(await caller.untilAgentIsQuiet())) return false;
  await caller.say('opening_hours');
  if (!(await caller.untilAgentSpoke(2_500))) return false;
  await caller.say('parking');
  if (!(await caller.untilAgentIsQuiet())) return false;
  return sayGoodbye(caller);
}

/** Listens to the greeting, asks one thing, hears the answer out, says goodbye. */
async function ask(caller: Caller): Promise<boolean> {
  if (!(await caller.untilAgentIsQuiet())) return false;
  await caller.say('opening_hours');
  if (!(await caller.untilAgentIsQuiet())) return false;
  return sayGoodbye(caller);
}

/** Listens, and hangs up without a word. */
async function listen(caller: Caller): Promise<boolean> {
  const wasGreeted = await caller.untilAgentIsQuiet();
  await caller.hangUp();
  return wasGreeted;
}

async function sayGoodbye(caller: Caller): Promise<boolean> {
  await caller.say('goodbye');
  const wasAnswered = await caller.untilAgentIsQuiet();
  await caller.hangUp();
  return wasAnswered;
}

export const SCRIPTS: Readonly<Record<string, Script>> = { 'cut-in': cutIn, ask, listen };
export const DEFAULT_SCRIPT = 'cut-in';
