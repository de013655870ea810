import type { PartId } from '../../ports/session.ts';
import type { SpeechEvidence } from './speech-evidence.ts';

/** How far one stretch of the agent's speech has come. */
export interface PartProgress {
  readonly id: PartId;
  /** How much of it the model has sent us. */
  readonly receivedMs: number;
  readonly heardMs: number;
  /** No more of it will come. */
  readonly isComplete: boolean;
}

/** What is to be done about the caller speaking. */
export interface BargeIn {
  /** Answers of which not one more sound may reach the phone. */
  readonly discard: readonly string[];
  /** The answer the model must be told to stop. */
  readonly cancel: string | null;
  /** What the model must be told about how much was heard, in the order it was spoken. */
  readonly truncate: readonly Truncation[];
  readonly heardMs: number;
  readonly unheardMs: number;
}

export interface Truncation {
  readonly part: PartId;
  readonly heardMs: number;
}

/**
 * The caller speaks: what the agent has to stop and to admit.
 *
 * Every stretch of speech that was not heard to its end is cut at what was heard
 * of *it*: queued ones at nothing, ones that were heard whole not at all. One of
 * which no sound has come yet cannot be cut; its answer is discarded instead.
 */
export function bargeIn(
  parts: readonly PartProgress[],
  runningId: string | null,
  modelYieldsByItself: boolean,
): BargeIn {
  const cut = parts.filter((part) => !part.isComplete || part.heardMs < part.receivedMs);
  const receivedMs = sum(cut.map((part) => part.receivedMs));
  const heardMs = sum(cut.map((part) => part.heardMs));
  const discard = new Set(cut.map((part) => part.id.responseId));
  if (runningId !== null) discard.add(runningId);

  return {
    discard: [...discard],
    cancel: modelYieldsByItself ? null : runningId,
    truncate: cut
      .filter((part) => part.receivedMs > 0)
      .map((part) => ({ part: part.id, heardMs: Math.floor(Math.min(part.heardMs, part.receivedMs)) })),
    heardMs,
    unheardMs: receivedMs - heardMs,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** What a sound of the caller's, made while the agent speaks, has turned out to be so far. */
export type Verdict = 'echo_so_far' | 'hold' | 'speech' | 'no_speech';

/**
 * Whether the caller means it.
 *
 * Anything that is no echo makes the agent fall silent at once. A quarter of a
 * second of what may be words is an interruption; a pause before that, a noise.
 */
export class BargeInCheck {
  readonly #evidence: SpeechEvidence;
  #since: number;
  #heldAt: number | null = null;
  #wasNoise = false;

  constructor(evidence: SpeechEvidence, now: number) {
    this.#evidence = evidence;
    this.#since = now - ONSET_MS;
  }

  /** A sound of the caller's own has come over the line since. */
  get hasHeardSomething(): boolean {
    return this.#wasNoise || this.#evidence.loudMs(this.#since) > 0;
  }

  /** That was a noise. The model's ear may take it and what follows for one turn, and not tell when words begin. */
  goesOn(now: number): void {
    this.#since = now;
    this.#heldAt = null;
    this.#wasNoise = true;
  }

  /** Noises are shorter, as a rule. */
  isLongFor(now: number): boolean {
    return now - this.#since >= LONG_MS;
  }

  verdict(now: number): Verdict {
    if (this.#evidence.speechMs(this.#since) >= LEAST_SPEECH_MS) return 'speech';
    if (this.#heldAt === null) {
      if (this.#evidence.loudMs(this.#since) < LEAST_SOUND_MS) return 'echo_so_far';
      this.#heldAt = now;
    }
    const isOver = this.#evidence.quietMs(now) >= PAUSE_MS || now - this.#heldAt >= LONGEST_HOLD_MS;
    return isOver ? 'no_speech' : 'hold';
  }
}

/** The model's ear needs so long to notice a sound. */
export const ONSET_MS = 250;
const LEAST_SOUND_MS = 60;
const LEAST_SPEECH_MS = 220;
const PAUSE_MS = 300;
const LONG_MS = 1_250;
const LONGEST_HOLD_MS = 2_000;
