import type { ResponsePurpose } from '../../ports/session.ts';
import type { Opening } from '../call-plan.ts';
import type { Leave } from './departure.ts';
import type { Wanted } from './response-queue.ts';
import type { Impatience } from './silence-watch.ts';

/** What the model is asked to say at the house's bidding, beside what its instructions make of the caller's turns. */
export class Prompts {
  #instructions = '';

  /** From the next answer on it goes by these. */
  set(instructions: string): void {
    this.#instructions = instructions;
  }

  /** The agent's first words; null if the caller is to speak first. */
  greeting(greeting: Opening): Wanted | null {
    if (greeting.kind === 'none') return null;
    const task =
      greeting.kind === 'exactly' ? `Greet the caller. Say exactly: "${greeting.text}"` : greeting.about;
    return { purpose: 'greeting', instructions: this.#with(task) };
  }

  /** One thing to say, and nothing to be looked up for it. */
  task(purpose: ResponsePurpose, task: string): Wanted {
    return { purpose, instructions: this.#with(task), withoutTools: true };
  }

  /** Instructions for one answer replace the conversation's own, so those are repeated. */
  #with(task: string): string {
    return `${this.#instructions}\n\n${task}`;
  }
}

/** What the house tells the model, in its own words: the caller hears them in the model's, and in their language. */
export const HOUSE_WORDS = {
  apologise:
    'Something went wrong with your last answer, and the caller has heard nothing of it. Say sorry in one short sentence, and ask the caller to say it once more.',
  cutOff: 'The caller began to speak, and did not hear the end of what you said last.',
  turnUnheard:
    'The caller was saying something just now, of which you could not hear all. Unless you understand it from what comes next, say so in one short sentence, and ask the caller to say it once more.',
  lineWasDead:
    'The line to the caller was dead for a while, and they did not hear the last of what you said. They hear you again now: go on from there, or say it anew, briefly.',
} as const;

/** Why the agent has not left. */
export const STAYS = {
  hang_up: 'The caller spoke before the call was ended, so it goes on. Hang up again when they are done.',
  transfer: 'The caller spoke before they were connected, so they are still with you.',
} as const satisfies Record<Leave['kind'], string>;

/** What the agent says for want of anything else; how it announces the end is the owner's to say. */
export const IMPATIENT = {
  ask: 'The caller has been silent for a while. Ask in one short sentence whether they are still there.',
  say_goodbye:
    'The caller does not answer any more. Say in one short sentence that you hang up now, and goodbye.',
  end: 'The time for this call is over. Say goodbye in one short sentence.',
} as const satisfies Record<Exclude<Impatience, 'announce_end'>, string>;
