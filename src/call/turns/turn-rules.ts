import type { TurnDetection } from '../../ports/session.ts';
import type { CallPlan } from '../call-plan.ts';

/** How agent and caller take turns on one call. */
export interface TurnRules {
  readonly interruption: 'immediate' | 'confirmed';
  readonly greetingIsProtected: boolean;
  /** Turns are made by speaking and pausing, not by keys; a pause so long ends one. */
  readonly hasTurnsByEar: boolean;
  readonly pauseMs: number;
  /** Of a caller who is speaking: longer pauses end their turn, whether or not the model says so. */
  readonly longestPauseMs: number;
}

export function turnRules({ interruption, greeting, turnDetection }: CallPlan): TurnRules {
  return {
    interruption,
    greetingIsProtected: greeting.isProtected === true,
    hasTurnsByEar: turnDetection.type !== 'manual',
    pauseMs: turnDetection.type === 'server_vad' ? turnDetection.silenceMs : USUAL_PAUSE_MS,
    longestPauseMs: longestPauseMs(turnDetection),
  };
}

/** How long a pause within a turn may be before its end must have got lost: longer than a model waits for it. */
function longestPauseMs(detection: TurnDetection): number {
  return detection.type === 'server_vad' ? detection.silenceMs + 3_000 : 10_000;
}

/** Long enough to breathe, and not so long that one waits for an answer. */
const USUAL_PAUSE_MS = 700;
