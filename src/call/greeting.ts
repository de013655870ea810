import type { Agent } from '../agents/define-agent.ts';
import type { ResponseWant } from '../ports/model.ts';

/** The agent's first words, as something to ask the model for; null if the caller is to speak first. */
export function greetingWant(agent: Agent): ResponseWant | null {
  const { greeting, instructions } = agent;
  if (greeting.kind === 'none') return null;
  const task =
    greeting.kind === 'exactly' ? `Greet the caller. Say exactly: "${greeting.text}"` : greeting.about;
  // Instructions for one answer replace the conversation's own, so those are repeated.
  return { wantId: 'greeting', instructions: `${instructions}\n\n${task}` };
}
