import { TOOL_LIMITS } from './limits.ts';
import { REFUSALS } from './words.ts';

export type Admitted =
  | { readonly ok: true }
  | { readonly ok: false; readonly sentence: string; readonly isLoop: boolean };

/**
 * Ends loops: a model that asks for tools answer after answer, without the caller saying anything, keeps the
 * caller in silence and costs money. The calls of one answer are one round.
 */
export class TurnLimits {
  #roundsInTurn = 0;
  #roundsInCall = 0;
  #callsInRound = 0;
  #round: string | null = null;
  #isRefused = false;

  turnBegan(): void {
    this.#roundsInTurn = 0;
    this.#isRefused = false;
    this.#round = null;
  }

  admit(responseId: string): Admitted {
    if (responseId !== this.#round) {
      this.#round = responseId;
      this.#callsInRound = 0;
      if (this.#isOver()) this.#isRefused = true;
      else {
        this.#roundsInTurn += 1;
        this.#roundsInCall += 1;
      }
    }
    this.#callsInRound += 1;
    if (this.#isRefused) {
      const isForGood = this.#roundsInCall >= TOOL_LIMITS.roundsPerCall;
      const sentence = isForGood ? REFUSALS.tooManyInCall : REFUSALS.tooManyRounds;
      return { ok: false, sentence, isLoop: true };
    }
    if (this.#callsInRound > TOOL_LIMITS.callsPerRound) {
      return { ok: false, sentence: REFUSALS.tooManyAtOnce, isLoop: false };
    }
    return { ok: true };
  }

  #isOver(): boolean {
    return this.#roundsInTurn >= TOOL_LIMITS.roundsPerTurn || this.#roundsInCall >= TOOL_LIMITS.roundsPerCall;
  }
}
