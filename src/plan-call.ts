import { instructionsFor } from './agents/instructions.ts';
import type { LoadedAgent } from './agents/read-agent.ts';
import type { CallPlan } from './call/call-plan.ts';
import type { Apology, IncomingCall } from './ports/carrier.ts';
import type { Clock } from './ports/clock.ts';

/** What the house knows that an agent does not. */
export interface PlanningHouse {
  readonly clock: Clock;
  /** What speaks, for the record. */
  readonly model: string;
  /** Told of instructions that could not be made. */
  readonly trouble: (error: unknown) => void;
}

/** An agent, made ready for one caller. */
export function planCall(
  { agent, toolbox, remoteTools }: LoadedAgent,
  { from, to }: IncomingCall,
  output: CallPlan['output'],
  { clock, model, trouble }: PlanningHouse,
): CallPlan {
  const { instructions, greeting, turnDetection, interruption, transferTargets } = agent;
  const { silence, maxDurationMs, beforeTheEnd } = agent;
  return {
    agent: agent.name,
    model,
    instructions:
      typeof instructions === 'string'
        ? instructions
        : instructionsFor(agent, { number: from, dialled: to }, clock, trouble),
    greeting,
    ...(agent.voice !== undefined && { voice: agent.voice }),
    ...(agent.language !== undefined && { language: agent.language }),
    turnDetection,
    output,
    interruption,
    toolbox,
    remoteTools,
    transferTargets,
    silence: silence === 'off' || output === 'text' ? null : silence,
    maxDurationMs,
    beforeTheEnd,
    apology: apologyOf(agent),
  };
}

function apologyOf({ whenUnreachable, transferTargets }: LoadedAgent['agent']): Apology {
  if (whenUnreachable.do === 'apologise') {
    return whenUnreachable.text === undefined ? {} : { text: whenUnreachable.text };
  }
  const target = transferTargets[whenUnreachable.to];
  return target ? { dial: target.number } : {};
}
