import type { EndReason } from '../ports/facts.ts';
import type { CallCard } from '../ports/store.ts';

/** What makes a call worth a second look. */
export type CallFlag =
  | 'ended_badly'
  | 'tool_failed'
  | 'had_problems'
  | 'slow'
  | 'often_interrupted'
  | 'caller_said_nothing';

export function flagsOf(card: CallCard): readonly CallFlag[] {
  const { endReason, latencyP95Ms, interruptions, turns } = card;
  const flags: readonly (readonly [CallFlag, boolean])[] = [
    ['ended_badly', endReason !== null && !GOOD_ENDS.has(endReason)],
    ['tool_failed', card.toolFailures > 0],
    ['had_problems', card.problems > 0],
    ['slow', latencyP95Ms !== null && latencyP95Ms > SLOW_MS],
    ['often_interrupted', interruptions >= 3 && interruptions * 2 > turns],
    ['caller_said_nothing', endReason !== null && turns === 0],
  ];
  return flags.filter(([, isRaised]) => isRaised).map(([flag]) => flag);
}

const GOOD_ENDS: ReadonlySet<EndReason> = new Set([
  'caller_hung_up',
  'agent_hung_up',
  'operator_hung_up',
  'transferred',
]);

/** People begin to say "hello?" after about two seconds. */
const SLOW_MS = 2_000;
