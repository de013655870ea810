import { SpeechEvidence } from './speech-evidence.ts';

/** What we hear of the caller ourselves, and for a model that notices no turns, where theirs begin and end. */
export class OwnEar {
  readonly evidence = new SpeechEvidence();
  readonly #pauseMs: number;
  #callerTalks = false;

  /** `pauseMs`: how long a pause ends a turn. */
  constructor(pauseMs: number) {
    this.#pauseMs = pauseMs;
  }

  /** Looks for the caller's turns. To be called as long as nobody else does. */
  look(now: number): 'began' | 'ended' | null {
    if (this.#callerTalks) {
      if (this.evidence.quietMs(now) < this.#pauseMs) return null;
      this.#callerTalks = false;
      return 'ended';
    }
    if (this.evidence.speechMs(now - WITHIN_MS) < LEAST_SPEECH_MS) return null;
    this.#callerTalks = true;
    return 'began';
  }
}

/** A word is longer than that; most knocks and clicks are not. */
const LEAST_SPEECH_MS = 140;
const WITHIN_MS = 400;
