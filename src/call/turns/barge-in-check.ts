import type { SpeechEvidence } from './speech-evidence.ts';

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
