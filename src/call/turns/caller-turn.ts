/** What the caller is saying, or said last. */
export class CallerTurn {
  #itemId: string | null = null;
  #isSpeaking = false;
  #since = Number.NEGATIVE_INFINITY;
  #isTaken = false;
  #isUnheard = false;

  /** The model's name for it. */
  get itemId(): string | null {
    return this.#itemId;
  }

  get isSpeaking(): boolean {
    return this.#isSpeaking;
  }

  /** Since when the caller has been speaking, or last did. */
  get since(): number {
    return this.#since;
  }

  /** They mean it, and the agent is to answer. */
  get isTaken(): boolean {
    return this.#isTaken;
  }

  /** Whoever was to hear it has gone in the middle of it, and whoever comes next does not know. */
  get isUnheard(): boolean {
    return this.#isUnheard;
  }

  /** `isUnheard`: and nobody has been told so. */
  isCutOff(isUnheard: boolean): void {
    this.#isUnheard = isUnheard;
  }

  begins(itemId: string | null, now: number): void {
    if (!this.#isSpeaking) this.#since = now;
    this.#isSpeaking = true;
    this.#itemId = itemId;
  }

  taken(): void {
    this.#isTaken = true;
  }

  stops(): void {
    this.#isSpeaking = false;
  }

  /** It is answered, or nobody is to answer it any more. */
  forget(): void {
    this.#isTaken = false;
  }
}
