import type { CallEvent } from '../../ports/facts.ts';
import { wordsOf } from './words.ts';

/** What an event adds to what can be searched for: the words of either side. */
export function wordsSaid(event: CallEvent): readonly string[] {
  switch (event.type) {
    case 'caller_said':
    case 'agent_said':
    case 'agent_wrote':
      return wordsOf(event.text);
    default:
      return [];
  }
}
