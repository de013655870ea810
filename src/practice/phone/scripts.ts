import type { Caller } from './caller.ts';

/** What a practice caller does on a call. False if the call did not go as it should. */
export type Script = (caller: Caller) => Promise<boolean>;

/** One thing a caller does; false if it did not come about. */
type Step = (caller: Caller) => Promise<boolean>;

/** Says a practice sentence and hears the answer out, whatever has to be looked up for it. */
const ask =
  (name: string): Step =>
  async (caller) => {
    await caller.say(name);
    return caller.untilAgentIsQuiet(ANSWER_QUIET_MS);
  };

/** Says something, is asked for keys, presses them, and hears the answer out. */
const askByKeys =
  (name: string, keys: string): Step =>
  async (caller) => {
    if (!(await ask(name)(caller))) return false;
    await caller.pressSlowly(keys);
    return caller.untilAgentIsQuiet(ANSWER_QUIET_MS);
  };

/** Asks something with a long answer, and cuts in on it with the next question. */
const cutIn =
  (name: string, nextName: string, afterMs = 2_500): Step =>
  async (caller) => {
    await caller.say(name);
    if (!(await caller.untilAgentSpoke(afterMs))) return false;
    return ask(nextName)(caller);
  };

const hearGreeting: Step = (caller) => caller.untilAgentIsQuiet();

const sayGoodbye: Step = async (caller) => {
  await caller.say('goodbye');
  const wasAnswered = await caller.untilAgentIsDone();
  await caller.hangUp();
  return wasAnswered;
};

/** Hears the greeting, does these things one after the other, says goodbye. */
function visit(...steps: readonly Step[]): Script {
  return async (caller) => {
    for (const step of [hearGreeting, ...steps, sayGoodbye]) {
      if (!(await step(caller))) return false;
    }
    return true;
  };
}

/** Listens, and hangs up without a word. */
async function listen(caller: Caller): Promise<boolean> {
  const wasGreeted = await caller.untilAgentIsQuiet();
  await caller.hangUp();
  return wasGreeted;
}

/** Asks for a person, and stays on the line until the agent has handed it on, or has said why not. */
async function person(caller: Caller): Promise<boolean> {
  if (!(await caller.untilAgentIsQuiet())) return false;
  await caller.say('person');
  const wasAnswered = await caller.untilAgentIsDone(ANSWER_QUIET_MS);
  await caller.hangUp();
  return wasAnswered;
}

const book: readonly Step[] = [ask('free_appointments'), ask('book_first')];

export const SCRIPTS: Readonly<Record<string, Script>> = {
  'cut-in': visit(cutIn('opening_hours', 'parking')),
  ask: visit(ask('opening_hours')),
  listen,
  'look-up': visit(ask('order_status')),
  book: visit(...book),
  /** Books, moves what was booked to another day, and cancels it. */
  change: visit(...book, ask('move_appointment'), ask('book_first'), ask('cancel_appointment')),
  keys: visit(askByKeys('order_by_keys', '4217#')),
  details: visit(askByKeys('my_details', '01051980#')),
  person,
  /** Everything the demo shows. */
  demo: visit(cutIn('opening_hours', 'order_status'), cutIn('free_appointments', 'book_first', 7_000)),
};
export const DEFAULT_SCRIPT = 'cut-in';

/** Who has asked for something waits a little longer before they speak again: it may still be looked up. */
const ANSWER_QUIET_MS = 1_000;
