/** What is to be done for a caller who waits. */
export type Rescue = 'reassure' | 'ask_again' | 'apologise' | 'give_up';

/** What is waited for: words of the model, something that a tool does, or the caller's own part in that. */
export type WaitedFor = 'answer' | 'tool' | 'caller' | null;

/**
 * Answers that never start, stall in the middle, fail, or only ever ask for tools.
 *
 * A caller who hears nothing is given a sign within five seconds. The model is asked once more, then for an apology,
 * and a model that does not manage even that is as good as lost. A failed answer is asked for again sooner: there is
 * nothing to wait for.
 */
export class AnswerWatch {
  /** Since when the line has been dead. */
  #deadSince: number | null = null;
  #reassuredAt = 0;
  #steps = 0;
  #nextStepAt: number | null = null;
  #hasFailed = false;

  /** An answer has failed, and is not made good yet. */
  get isRescuing(): boolean {
    return this.#hasFailed;
  }

  /** More than one answer was asked for already. */
  get hasTried(): boolean {
    return this.#steps > 0;
  }

  /** The caller has an answer, or has begun something new. */
  settled(): void {
    this.#steps = 0;
    this.#nextStepAt = null;
    this.#hasFailed = false;
  }

  /** One side gave a sign of life, if not by sound: it writes, or presses a key. */
  signOfLife(): void {
    this.#deadSince = null;
    this.goesOn();
  }

  /** It has come a step further, such as asked for a tool: what follows gets the whole time. */
  goesOn(): void {
    if (!this.#hasFailed) this.#nextStepAt = null;
  }

  failed(now: number): void {
    this.#hasFailed = true;
    this.#nextStepAt = now + (AFTER_A_FAILURE_MS[this.#steps] ?? STEP_MS);
  }

  /** Another answer has begun, and may make good what failed before it. */
  begins(): void {
    if (!this.#hasFailed) return;
    this.#hasFailed = false;
    this.#nextStepAt = null;
    this.#steps = Math.max(this.#steps, 1);
  }

  /** It asks for tools without end: asking again would not help. */
  goesInCircles(now: number): void {
    this.#steps = Math.max(this.#steps, 1);
    this.failed(now);
  }

  /** `isDead`: neither side can be heard. */
  tick(waitedFor: WaitedFor, isDead: boolean, now: number): Rescue | null {
    if (!isDead || (waitedFor === null && !this.#hasFailed)) this.#deadSince = null;
    else if (this.#deadSince === null) this.#deadSince = this.#reassuredAt = now;
    return this.#step(waitedFor, now) ?? (waitedFor === 'caller' ? null : this.#reassure(now));
  }

  #step(waitedFor: WaitedFor, now: number): Rescue | null {
    const isWaiting = waitedFor === 'answer' && this.#deadSince !== null;
    if (!isWaiting && !this.#hasFailed) {
      this.#nextStepAt = null;
      return null;
    }
    this.#nextStepAt ??= now + STEP_MS;
    if (now < this.#nextStepAt) return null;
    if (this.#steps >= STEPS.length - 1 && this.#deadSince === null) return null; // something is heard after all
    this.#hasFailed = false;
    this.#nextStepAt = now + STEP_MS;
    return STEPS[this.#steps++] ?? 'give_up';
  }

  #reassure(now: number): Rescue | null {
    if (this.#deadSince === null || now - this.#reassuredAt < SIGN_MS) return null;
    this.#reassuredAt = now;
    return 'reassure';
  }
}

const STEPS = ['ask_again', 'apologise', 'give_up'] as const;

/** How long a line may be dead before there is a sign of life. */
const SIGN_MS = 4_000;

/** The slowest of models that can be talked to have begun by then. */
const STEP_MS = 6_000;

/** A server that refuses at once gets a moment: its trouble is often a rate, and passes. */
const AFTER_A_FAILURE_MS = [300, 1_000];
