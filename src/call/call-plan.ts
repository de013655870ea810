import type { Apology } from '../ports/phone-call.ts';
import type { RemoteTools, TurnDetection } from '../ports/session.ts';
import type { Toolbox } from '../ports/tools.ts';

/** How one call is to go: an agent, made ready for this caller. */
export interface CallPlan {
  readonly agent: string;
  /** For the record: what speaks. */
  readonly model: string;
  /** May still be looked up while the connections are made. */
  readonly instructions: string | Promise<string>;
  readonly greeting: Opening;
  readonly voice?: string;
  readonly language?: string;
  readonly turnDetection: TurnDetection;
  readonly output: 'speech' | 'text';
  /** `confirmed`: the agent falls silent at any sound, and goes on if it was no speech. */
  readonly interruption: 'immediate' | 'confirmed';
  readonly toolbox: Toolbox;
  readonly remoteTools: readonly RemoteTools[];
  /** Whom a caller may be connected with. */
  readonly transferTargets: Readonly<Record<string, TransferTarget>>;
  /** Asks whether anyone is there, and hangs up in the end; null waits for ever. */
  readonly silence: SilenceLimits | null;
  /** Whether sound is kept: from the start, once the caller has agreed, or not at all. */
  readonly recording: 'at_once' | 'when_agreed' | 'never';
  readonly maxDurationMs: number;
  /** So long before that, the agent speaks of it. */
  readonly beforeTheEnd: { readonly noticeMs: number; readonly about: string };
  /** What the caller gets when there is nobody to talk to. */
  readonly apology: Apology;
}

export type Opening = (
  | { readonly kind: 'exactly'; readonly text: string }
  | { readonly kind: 'freely'; readonly about: string }
  | { readonly kind: 'none' }
) & {
  /** Nobody may cut it short: what has to be said by law. */
  readonly isProtected?: boolean;
};

export interface TransferTarget {
  readonly number: string;
  /** What the one who picks up hears first. */
  readonly announce?: string;
}

export interface SilenceLimits {
  readonly askAfterMs: number;
  readonly goodbyeAfterMs: number;
}

/** Whether the model's side may answer and fall silent by itself, or has to wait for us. */
export function isLedByUs(plan: CallPlan): boolean {
  return (
    plan.interruption === 'confirmed' ||
    plan.greeting.isProtected === true ||
    plan.turnDetection.type === 'manual'
  );
}

/** An agent that only talks. */
export const NO_TOOLS: Toolbox = {
  offers: [],
  open: () => ({
    run: async () => ({
      output: '{"error":"There is no such tool."}',
      result: 'unknown_tool',
      wantsAnswer: true,
    }),
    turnBegan() {},
    fillerFor: () => null,
    close() {},
  }),
};

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
