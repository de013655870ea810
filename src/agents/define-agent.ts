import type { TurnDetection } from '../ports/model.ts';

/** Who answers the phone: what it knows, how it speaks, how it takes turns. */
export interface Agent {
  readonly name: string;
  /** The phone numbers it answers, as the carrier writes them; `*` is every number no other agent answers. */
  readonly numbers: readonly string[];
  readonly instructions: string;
  readonly greeting: Greeting;
  /** The model's voice; absent, the one that is configured. */
  readonly voice?: string;
  /** ISO-639-1, a hint for the transcript of what the caller said. */
  readonly language?: string;
  readonly turnDetection: TurnDetection;
}

/** The agent's first words: exactly these, freely about this, or none: then the caller speaks first. */
export type Greeting =
  | { readonly kind: 'exactly'; readonly text: string }
  | { readonly kind: 'freely'; readonly about: string }
  | { readonly kind: 'none' };

/** What an agent need not say about itself. */
export const AGENT_DEFAULTS = {
  numbers: ['*'],
  greeting: { kind: 'freely', about: 'Greet the caller in one short sentence and ask how you can help.' },
  turnDetection: { type: 'server_vad', threshold: 0.5, prefixPaddingMs: 300, silenceMs: 500 },
} as const satisfies Pick<Agent, 'numbers' | 'greeting' | 'turnDetection'>;

export type AgentDescription = Pick<Agent, 'name' | 'instructions'> & Partial<Agent>;

export function defineAgent(description: AgentDescription): Agent {
  return { ...AGENT_DEFAULTS, ...description };
}
