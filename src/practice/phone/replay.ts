import { z } from 'zod';
import { END_REASONS } from '../../ports/call-log.ts';
import type { PracticeScript } from '../../ports/practice-script.ts';
import type { Script } from './scripts.ts';

/** Reads what `/api/calls/{id}/practice.json` gave; throws what is wrong with it. */
export function readPracticeScript(text: string): PracticeScript {
  return practiceScript.parse(JSON.parse(text));
}

/** Does again what the caller of that call did. False if the agent kept it waiting for too long. */
export function replaying({ steps }: Pick<PracticeScript, 'steps'>): Script {
  return async (caller) => {
    for (const step of steps) {
      switch (step.type) {
        case 'listen':
          if (!(await caller.untilAgentIsQuiet())) return false;
          break;
        case 'listen_for':
          if (!(await caller.untilAgentSpoke(step.ms))) return false;
          break;
        case 'pause':
          await caller.wait(step.ms);
          break;
        case 'say':
          if (step.mulaw === null)
            throw new Error(`Nobody knows how “${step.text}” sounded: the call was not recorded.`);
          await caller.speak(Buffer.from(step.mulaw, 'base64'));
          break;
        case 'press':
          caller.press(step.digits);
          break;
        case 'hang_up':
          await caller.hangUp();
          break;
      }
    }
    return true;
  };
}

const step = z.discriminatedUnion('type', [
  z.object({ type: z.literal('listen') }),
  z.object({ type: z.literal('listen_for'), ms: z.number().min(0).max(600_000) }),
  z.object({ type: z.literal('pause'), ms: z.number().min(0).max(600_000) }),
  z.object({ type: z.literal('say'), text: z.string(), mulaw: z.base64().nullable() }),
  z.object({ type: z.literal('press'), digits: z.string().regex(/^[0-9*#A-D]{1,64}$/) }),
  z.object({ type: z.literal('hang_up') }),
]);

const practiceScript = z.object({
  version: z.literal(1),
  from: z.string(),
  to: z.string(),
  agent: z.string(),
  steps: z.array(step).max(10_000),
  outcome: z.object({ tools: z.array(z.string()), endReason: z.enum(END_REASONS).nullable() }),
});
