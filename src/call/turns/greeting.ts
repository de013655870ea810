import type { ResponseRequest } from '../../ports/session.ts';
import type { Opening } from '../call-plan.ts';

/** The agent's first words, as something to ask the model for; null if the caller is to speak first. */
export function greetingRequest(greeting: Opening, instructions: string): ResponseRequest | null {
  if (greeting.kind === 'none') return null;
  const task =
    greeting.kind === 'exactly' ? `Greet the caller. Say exactly: "${greeting.text}"` : greeting.about;
  // Instructions for one answer replace the conversation's own, so those are repeated.
  return { requestId: GREETING, instructions: `${instructions}\n\n${task}` };
}

export const GREETING = 'greeting';
