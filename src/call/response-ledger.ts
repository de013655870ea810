import type { ResponseWant } from '../ports/model.ts';
import { GREETING } from './greeting.ts';

/**
 * Sees to it that every answer we want is asked for exactly once, and never
 * while another one runs.
 *
 * The model also answers by itself, when a turn of the caller's ends. The two
 * cross on the wire: a request may be refused because of an answer we have not
 * heard of yet. A refused want goes back to the head of the queue; one that the
 * model never said anything to is asked for again.
 */
export class ResponseLedger {
  readonly #queue: ResponseWant[] = [];
  #asked: Asked | null = null;
  #granted: Asked | null = null;
  #running: Running | null = null;
  #callerIsSpeaking = false;
  #ownAnswerBy = NEVER;
  #busyUntil = NEVER;

  /** The answer that is being made at the moment. */
  get runningId(): string | null {
    return this.#running?.responseId ?? null;
  }

  get callerIsSpeaking(): boolean {
    return this.#callerIsSpeaking;
  }

  /** No answer is being made, none is asked for, none is wanted. */
  isIdle(now: number): boolean {
    return !this.#running && !this.#asked && this.#queue.length === 0 && now >= this.#ownAnswerBy;
  }

  want(want: ResponseWant): void {
    // Keys may have been pressed while the model was still being reached: it greets first, and then answers to them.
    if (want.wantId === GREETING) this.#queue.unshift(want);
    else this.#queue.push(want);
  }

  /** Something else has served this want, or it has lost its point. One that was asked for already runs its course. */
  withdraw(wantId: string): void {
    const at = this.#queue.findIndex((want) => want.wantId === wantId);
    if (at >= 0) this.#queue.splice(at, 1);
    else if (this.#asked?.want.wantId === wantId) this.#asked = { ...this.#asked, isWithdrawn: true };
  }

  /** What to ask the model for at this moment, if anything. What is returned counts as asked. */
  next(now: number): ResponseWant | null {
    if (this.#asked && now - this.#asked.at >= SILENT_MS) this.#takeBack(this.#asked);
    if (this.#asked || this.#callerIsSpeaking || now < this.#ownAnswerBy || now < this.#busyUntil)
      return null;
    if (this.#running && now - this.#running.lastSignAt < SILENT_MS) return null;

    const want = this.#queue.shift();
    if (!want) return null;
    this.#asked = { want, at: now, isWithdrawn: false };
    this.#granted = null;
    return want;
  }

  callerSpeaks(): void {
    this.#callerIsSpeaking = true;
  }

  callerPauses(now: number, modelAnswers: boolean): void {
    this.#callerIsSpeaking = false;
    if (modelAnswers) this.#ownAnswerBy = now + OWN_ANSWER_MS;
  }

  /** An answer has begun; `wantId` tells which want it serves, null if the model had the idea. */
  started(responseId: string, wantId: string | null, now: number): void {
    if (this.#asked?.want.wantId === wantId) {
      this.#granted = this.#asked;
      this.#asked = null;
    } else if (wantId === null) this.#ownAnswerBy = NEVER;
    this.#running = { responseId, lastSignAt: now };
    this.#busyUntil = NEVER;
  }

  /** The running answer gave a sign of life. */
  goesOn(responseId: string, now: number): void {
    if (this.#running?.responseId === responseId) this.#running = { responseId, lastSignAt: now };
  }

  /**
   * `wantId` is null where the model does not say which request it refused: there is only one it can be.
   * Some models do not say either whose wish an answer serves, so that one we took for granted may be refused yet.
   */
  refused(wantId: string | null, because: 'busy' | 'rejected', now: number): void {
    const asked = this.#asked ?? this.#granted;
    if (!asked || (wantId !== null && wantId !== asked.want.wantId)) return;
    this.#asked = null;
    this.#granted = null;
    if (because === 'rejected') return; // it would be rejected again
    this.#takeBack(asked);
    this.#busyUntil = now + BUSY_MS;
  }

  done(responseId: string): void {
    if (this.#running?.responseId !== responseId) return;
    this.#running = null;
    this.#busyUntil = NEVER;
  }

  #takeBack({ want, isWithdrawn }: Asked): void {
    this.#asked = null;
    if (!isWithdrawn) this.#queue.unshift(want);
  }
}

interface Asked {
  readonly want: ResponseWant;
  readonly at: number;
  readonly isWithdrawn: boolean;
}

interface Running {
  readonly responseId: string;
  readonly lastSignAt: number;
}

const NEVER = Number.NEGATIVE_INFINITY;

/** An answer of the model's own follows the caller's turn within this time, or not at all. */
const OWN_ANSWER_MS = 1_500;

/** How long we take "busy" at its word when we hear nothing of the answer it is busy with. */
const BUSY_MS = 2_000;

/** A request or an answer without a sign of life for so long was lost on the way. */
const SILENT_MS = 10_000;
