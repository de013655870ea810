import type { ResponsePurpose, ResponseRequest } from '../../ports/session.ts';

/** An answer that is wanted. It gets its name when it is asked for. */
export type Wanted = Omit<ResponseRequest, 'requestId'>;

/**
 * Sees to it that every answer we want is asked for exactly once, and never
 * while another one runs.
 *
 * The model also answers by itself, when a turn of the caller's ends. The two
 * cross on the wire: a request may be refused because of an answer we have not
 * heard of yet. A refused request goes back to the head of the queue; one that the
 * model never said anything to is asked for again.
 */
export class ResponseQueue {
  readonly #queue: ResponseRequest[] = [];
  readonly #purposes = new Purposes();
  readonly #own = new OwnAnswer();
  #asked: Asked | null = null;
  #granted: Asked | null = null;
  #running: Running | null = null;
  /** What the last answer was to be, and was not. */
  #failed: ResponseRequest | null = null;
  #busyUntil = NEVER;

  /** The answer that is being made at the moment. */
  get runningId(): string | null {
    return this.#running?.responseId ?? null;
  }

  /** No answer is being made, none is asked for, none is wanted. */
  isIdle(now: number): boolean {
    return !this.#isRunning(now) && !this.#asked && this.#queue.length === 0 && !this.#own.isNear(now);
  }

  /** Somebody waits for an answer: of ours, or one that the model was to give by itself. */
  isOwed(now: number): boolean {
    return this.#isRunning(now) || this.#asked !== null || this.#queue.length > 0 || this.#own.isDue;
  }

  isQueued(purposes: readonly ResponsePurpose[]): boolean {
    return this.#queue.some((request) => purposes.includes(request.purpose));
  }

  /** What a request was for; null for an answer that nobody asked for. */
  purposeOf(requestId: string | null): ResponsePurpose | null {
    return requestId === null ? null : this.#purposes.of(requestId);
  }

  purposeOfAnswer(responseId: string): ResponsePurpose | null {
    return this.#purposes.of(`answer ${responseId}`);
  }

  /** Returns the name that the answer will be known by. */
  ask(wanted: Wanted): string {
    const request = { requestId: this.#purposes.name(wanted.purpose), ...wanted };
    // Keys may have been pressed while the model was still being reached: it greets first, and then answers to them.
    if (request.purpose === 'greeting') this.#queue.unshift(request);
    else this.#queue.push(request);
    return request.requestId;
  }

  /** Something else has served this request, or it has lost its point. One that was asked for already runs its course. */
  withdraw(requestId: string): void {
    const at = this.#queue.findIndex((request) => request.requestId === requestId);
    if (at >= 0) this.#queue.splice(at, 1);
    else if (this.#asked?.request.requestId === requestId)
      this.#asked = { ...this.#asked, isWithdrawn: true };
  }

  /** What to ask the model for at this moment, if anything. What is returned counts as asked. */
  next(now: number): ResponseRequest | null {
    if (this.#asked && now - this.#asked.at >= SILENT_MS) this.#takeBack(this.#asked);
    if (this.#asked || this.#own.isNear(now) || now < this.#busyUntil) return null;
    if (this.#running && this.#isRunning(now) && now - this.#running.lastSignAt < SILENT_MS) return null;

    const request = this.#queue.shift();
    if (!request) return null;
    this.#asked = { request, at: now, isWithdrawn: false };
    this.#granted = null;
    return request;
  }

  callerSpeaks(): void {
    this.#own.isDue = false;
  }

  callerPauses(now: number, modelAnswers: boolean): void {
    if (modelAnswers) this.#own.expect(now);
    else this.#own.isDue = false;
  }

  /** An answer has begun; `requestId` tells which request it serves, null if the model had the idea. */
  started(responseId: string, requestId: string | null, now: number): void {
    if (this.#asked?.request.requestId === requestId) {
      this.#granted = this.#asked;
      this.#asked = null;
    } else if (requestId === null) this.#own.came();
    const request = requestId === null ? null : (this.#granted?.request ?? null);
    this.#running = { responseId, request, lastSignAt: now, isSpoken: false };
    this.#own.isDue = false;
    this.#busyUntil = NEVER;
    const purpose = this.purposeOf(requestId);
    if (purpose) this.#purposes.remember(`answer ${responseId}`, purpose);
  }

  /** The running answer gave a sign of life. `isSpoken`: for all we know that was the last of it. */
  goesOn(responseId: string, now: number, isSpoken = false): void {
    if (this.#running?.responseId === responseId)
      this.#running = { ...this.#running, lastSignAt: now, isSpoken };
  }

  /** Asks anew for what was asked for or is being made. False if that was nothing of ours. */
  again(now: number): boolean {
    if (this.#asked && now - this.#asked.at < FRESH_MS) {
      this.#running = null; // which has given way to it, and is the only thing that was wrong
      return true;
    }
    const made = this.#running && this.#isRunning(now) ? this.#running.request : this.#failed;
    const request = this.#asked ? (this.#asked.isWithdrawn ? null : this.#asked.request) : made;
    this.drop();
    if (request) this.#queue.unshift(request);
    return this.#queue.length > 0;
  }

  /** Nor does what was wanted. */
  forget(): void {
    this.#queue.length = 0;
    this.drop();
  }

  /** What was asked for and what is being made counts no more. */
  drop(): void {
    this.#asked = null;
    this.#granted = null;
    this.#running = null;
    this.#failed = null;
    this.#own.came();
    this.#busyUntil = NEVER;
  }

  /**
   * `requestId` is null where the model does not say which request it refused: there is only one it can be.
   * Some models do not say either which request an answer serves, so that one we took for granted may be refused yet.
   */
  refused(requestId: string | null, because: 'busy' | 'rejected', now: number): void {
    const asked = this.#asked ?? this.#granted;
    if (!asked || (requestId !== null && requestId !== asked.request.requestId)) return;
    this.#asked = null;
    this.#granted = null;
    if (because === 'rejected') return; // it would be rejected again
    this.#takeBack(asked);
    this.#busyUntil = now + BUSY_MS;
  }

  /** `wasCutShort`: it was not what was wanted, and may be asked for again. */
  done(responseId: string, wasCutShort = false): void {
    if (this.#running?.responseId !== responseId) return;
    this.#failed = wasCutShort ? this.#running.request : null;
    this.#running = null;
    this.#busyUntil = NEVER;
  }

  /** An answer whose sound is complete, and that has been still since, is over: its end got lost on the way. */
  #isRunning(now: number): boolean {
    return (
      this.#running !== null && !(this.#running.isSpoken && now - this.#running.lastSignAt >= END_LOST_MS)
    );
  }

  #takeBack({ request, isWithdrawn }: Asked): void {
    this.#asked = null;
    if (!isWithdrawn) this.#queue.unshift(request);
  }
}

/** The answer that some models give by themselves, when the caller's turn has ended. */
class OwnAnswer {
  #by = NEVER;
  isDue = false;

  expect(now: number): void {
    this.#by = now + OWN_ANSWER_MS;
    this.isDue = true;
  }

  came(): void {
    this.#by = NEVER;
    this.isDue = false;
  }

  /** It may begin at any moment. */
  isNear(now: number): boolean {
    return now < this.#by;
  }
}

/** What the last requests, and the answers to them, are for. */
class Purposes {
  readonly #of = new Map<string, ResponsePurpose>();
  #count = 0;

  /** A name for a request, which says nothing. */
  name(purpose: ResponsePurpose): string {
    const requestId = `${++this.#count}`;
    this.remember(requestId, purpose);
    return requestId;
  }

  remember(name: string, purpose: ResponsePurpose): void {
    this.#of.set(name, purpose);
    const oldest = this.#of.keys().next().value;
    if (this.#of.size > MOST_KNOWN && oldest !== undefined) this.#of.delete(oldest);
  }

  of(name: string): ResponsePurpose | null {
    return this.#of.get(name) ?? null;
  }
}

interface Asked {
  readonly request: ResponseRequest;
  readonly at: number;
  readonly isWithdrawn: boolean;
}

interface Running {
  readonly responseId: string;
  readonly request: ResponseRequest | null;
  readonly lastSignAt: number;
  readonly isSpoken: boolean;
}

const NEVER = Number.NEGATIVE_INFINITY;

/** An answer begins soon after it was asked for: those before the last few are forgotten. */
const MOST_KNOWN = 128;

/** An answer of the model's own follows the caller's turn within this time, or not at all. */
const OWN_ANSWER_MS = 1_500;

/** How long we take "busy" at its word when we hear nothing of the answer it is busy with. */
const BUSY_MS = 2_000;

/** A request is not made anew that was made only just now. */
const FRESH_MS = 2_000;

/** The end of an answer follows its last sound at once, or a tool call within this time. */
const END_LOST_MS = 2_000;

/** A request or an answer without a sign of life for so long was lost on the way. */
const SILENT_MS = 10_000;
