import type { ResponsePurpose } from '../../ports/session.ts';
import type { Opening } from '../call-plan.ts';
import type { Wanted } from './response-queue.ts';

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
