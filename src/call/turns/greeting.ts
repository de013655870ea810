import type { Opening } from '../call-plan.ts';
import type { Wanted } from './response-queue.ts';

/** The agent's first words, as something to ask the model for; null if the caller is to speak first. */
export function greetingRequest(greeting: Opening, instructions: string): Wanted | null {
  if (greeting.kind === 'none') return null;
  const task =
    greeting.kind === 'exactly' ? `Greet the caller. Say exactly: "${greeting.text}"` : greeting.about;
  // Instructions for one answer replace the conversation's own, so those are repeated.
  return { purpose: 'greeting', instructions: `${instructions}\n\n${task}` };
}
