import { instructionsFor } from '../agents/instructions.ts';
import type { LoadedAgent } from '../agents/read-agent.ts';
import type { CallPlan, Opening } from '../call/call-plan.ts';
import type { Clock } from '../ports/clock.ts';
import type { Apology, IncomingCall } from '../ports/phone-call.ts';

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
  const { instructions, turnDetection, interruption, transferTargets } = agent;
  const { silence, maxDurationMs, beforeTheEnd } = agent;
  return {
    agent: agent.name,
    model,
    instructions:
      typeof instructions === 'string'
        ? instructions
        : instructionsFor(agent, { number: from, dialled: to }, clock, trouble),
    greeting: openingOf(agent),
    recording: agent.recording === 'off' ? 'never' : agent.recording === 'ask' ? 'when_agreed' : 'at_once',
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

/** What has to be said of a recording is said in these words: a notice before all else, a question at the end. */
function openingOf({ greeting, recording }: LoadedAgent['agent']): Opening {
  if (recording !== 'announce' && recording !== 'ask') return greeting;
  const isNotice = recording === 'announce';
  const words = isNotice ? IS_RECORDED : MAY_RECORD;
  switch (greeting.kind) {
    case 'exactly':
      return { ...greeting, text: isNotice ? `${words} ${greeting.text}` : `${greeting.text} ${words}` };
    case 'freely':
      return {
        ...greeting,
        about: isNotice
          ? `Begin with the words "${words}" ${greeting.about}`
          : `${greeting.about} End with the words "${words}"`,
      };
    case 'none':
      return { kind: 'exactly', text: words };
  }
}

const IS_RECORDED = 'This call is recorded.';
const MAY_RECORD = 'May this call be recorded?';

function apologyOf({ whenUnreachable, transferTargets }: LoadedAgent['agent']): Apology {
  if (whenUnreachable.do === 'apologise') {
    return whenUnreachable.text === undefined ? {} : { text: whenUnreachable.text };
  }
  const target = transferTargets[whenUnreachable.to];
  return target ? { dial: target.number } : {};
}
