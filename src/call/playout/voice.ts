import type { AudioFormat } from '../../audio/format.ts';
import { RememberedNames } from '../../limits/remembered.ts';
import type { AgentSaid } from '../../ports/facts.ts';
import type { CallTap, Leg } from '../../ports/leg.ts';
import type { Capabilities, PartId } from '../../ports/session.ts';
import type { Journal } from '../journal.ts';
import type { PartProgress } from '../turns/barge-in.ts';
import type { SpeechEvidence } from '../turns/speech-evidence.ts';
import { Downlink, type DownlinkWires } from './downlink.ts';

/** Who is told of what the caller's phone plays: the record, whoever listens in, and who has to know an echo. */
function downlinkWires(
  journal: Journal,
  tap: CallTap,
  evidence: SpeechEvidence | null,
): Omit<DownlinkWires, 'from' | 'to' | 'headStartMs'> {
  return {
    tell: (fact) => journal.note(fact),
    played(audio, startsAt) {
      tap.agentPlayed(audio, startsAt);
      evidence?.played(audio, startsAt);
    },
    silenced(since) {
      tap.agentCleared(since);
      evidence?.silenced(since);
    },
    marked: (name, dueAt) => tap.agentMarked(name, dueAt),
    wantsMarks: () => tap.wantsMarks,
  };
}

/**
 * The agent's voice on the line: what was sent of it, what was heard, and what must not be heard any more.
 *
 * It says what it is given, and falls silent when it is told to; whose turn it is, is decided elsewhere.
 */
export class Voice {
  readonly #journal: Journal;
  readonly #tap: CallTap;
  readonly #evidence: SpeechEvidence;
  /** `gone`: the caller was here, and is with somebody else: nobody hears what would be said. */
  #line: Leg | 'not yet' | 'gone' = 'not yet';
  #downlink: Downlink | null = null;
  /** Answers of which the caller must not hear one more sound, however late it comes. */
  readonly #discarded = new RememberedNames(LATE_ANSWERS);
  readonly #spoken = new RememberedNames(LATE_ANSWERS);
  #heardAt = Number.NEGATIVE_INFINITY;
  /** Something was not said because the phone took nothing, and the caller is to hear of it. */
  #hasGivenUp = false;

  constructor(journal: Journal, tap: CallTap, evidence: SpeechEvidence) {
    this.#journal = journal;
    this.#tap = tap;
    this.#evidence = evidence;
  }

  connect(leg: Leg, now: number): void {
    this.#line = leg;
    this.#downlink?.connect(leg, now);
  }

  /** There is no phone any more that could be cleared. */
  lineGone(): void {
    this.#line = 'gone';
    this.#hasGivenUp = false;
  }

  /** What the caller has not heard was never said. */
  disconnect(now: number): void {
    this.#downlink?.disconnect(now);
  }

  /** There is something to say from now on. `mayEcho`: whoever listens to the caller has to know our own sound. */
  open({ formats, pacing }: Capabilities, to: AudioFormat, mayEcho: boolean, now: number): void {
    const from = formats.output;
    if (this.#downlink?.carries(from, to)) return; // another session, and the same phone
    const wires = downlinkWires(this.#journal, this.#tap, mayEcho ? this.#evidence : null);
    const headStartMs = pacing === 'real_time' ? HEAD_START_MS : 0;
    this.#downlink = new Downlink({ ...wires, from, to, headStartMs });
    if (typeof this.#line !== 'string') this.#downlink.connect(this.#line, now);
  }

  get isOpen(): boolean {
    return this.#downlink !== null;
  }

  get isOnTheLine(): boolean {
    return typeof this.#line !== 'string';
  }

  get callerIsGone(): boolean {
    return this.#line === 'gone';
  }

  tick(now: number): void {
    if (!this.#downlink) return;
    this.#downlink.tick(now);
    if (!this.#downlink.isMute(now)) this.#heardAt = now;
  }

  frameCame(lineMs: number, now: number): void {
    this.#downlink?.frameCame(lineMs, now);
  }

  markReturned(name: string, now: number): void {
    this.#downlink?.markReturned(name, now);
    this.#tap.markReturned(name, now);
  }

  pongCame(name: string, now: number): void {
    this.#downlink?.pongCame(name, now);
    this.#tap.markReturned(name, now);
  }

  /** Nothing is left to say, and everything that was said has been heard. */
  isIdle(now: number): boolean {
    return this.#downlink?.isIdle(now) ?? true;
  }

  /** The caller hears nothing, which is no fault of their phone's. */
  isMute(now: number): boolean {
    return !this.#downlink || (this.#downlink.isMute(now) && this.#downlink.deafSince === null);
  }

  /** Since when the caller has heard nothing, if that is so already: the phone takes nothing, or the agent holds. */
  get silentSince(): number | null {
    return this.#downlink?.deafSince ?? this.heldSince;
  }

  get heldSince(): number | null {
    return this.#downlink?.heldSince ?? null;
  }

  /** The phone may still play what it was sent, for all we know. */
  mayBeHeard(now: number): boolean {
    return this.#downlink?.mayBeHeard(now) ?? false;
  }

  /** When the caller last heard the agent. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** When, among what comes from the caller, a `clear` shows that was sent at this time. */
  silentFrom(clearedAt: number): number {
    return this.#downlink?.silentFrom(clearedAt) ?? clearedAt;
  }

  /** What the caller is hearing at this moment, as far as it is not told of yet. */
  saying(now: number): readonly AgentSaid[] {
    return this.#downlink?.saying(now) ?? [];
  }

  progress(now: number): readonly PartProgress[] {
    return this.#downlink?.progress(now) ?? [];
  }

  /** The answer that is being heard, or will be next. */
  get currentResponseId(): string | null {
    return this.#downlink?.currentResponseId ?? null;
  }

  hasSpokenIn(responseId: string): boolean {
    return this.#spoken.has(responseId);
  }

  isDiscarded(responseId: string): boolean {
    return this.#discarded.has(responseId);
  }

  /** False if more of it waits than anybody will listen to: then it was not taken. */
  speak(part: PartId, audio: Uint8Array, now: number): boolean {
    this.#spoken.add(part.responseId);
    return this.#downlink?.take(part, audio, now) ?? true;
  }

  /** An answer that is written is said as well. */
  wrote(responseId: string, now: number): void {
    this.#spoken.add(responseId);
    this.#heardAt = now;
  }

  words(part: PartId, text: string, now: number): void {
    if (!this.isDiscarded(part.responseId)) this.#downlink?.note(part, text, now);
  }

  partDone(part: PartId): void {
    this.#downlink?.complete(part);
  }

  answerDone(responseId: string, now: number): void {
    if (!this.isDiscarded(responseId)) this.#downlink?.completeResponse(responseId, now);
  }

  /** No more of this answer. */
  discard(responseId: string): void {
    this.#discarded.add(responseId);
  }

  /** No more of this answer, though what was taken of it may still be heard. */
  breakOff(responseId: string, now: number): void {
    this.#discarded.add(responseId);
    this.#downlink?.completeResponse(responseId, now);
  }

  /** The phone plays nothing any more. */
  clear(now: number): void {
    if (typeof this.#line !== 'string') this.#line.clear();
    this.#tap.agentCleared(now);
    this.#evidence.silenced(now);
  }

  /** What was not heard is forgotten. */
  fallSilent(now: number): void {
    this.#downlink?.fallSilent(now);
  }

  /** Stops in mid-word, and keeps the rest. False if there is nothing to hold. */
  hold(now: number): boolean {
    const downlink = this.#downlink;
    if (!downlink || this.silentSince !== null || downlink.isIdle(now)) return false;
    this.clear(now);
    downlink.hold(now);
    return true;
  }

  /** Goes on where it stopped. */
  goOn(now: number): void {
    this.#downlink?.goOn(now);
  }

  /** A sound of the house's own, for a caller who would hear nothing. */
  reassure(now: number): void {
    this.#downlink?.reassure(now);
  }

  /**
   * A phone that takes nothing hears nothing that is old when it wakes up: what waits for it is to be given up, as far
   * as it was not heard.
   */
  givesUp(now: number): boolean {
    const isStale = this.#downlink?.isStale(now) ?? false;
    this.#hasGivenUp ||= isStale;
    return isStale;
  }

  /** The caller is to be told, once they hear again, or they would wait for the rest of a sentence. */
  hearsAgain(): boolean {
    if (!this.#hasGivenUp || this.#downlink?.deafSince !== null) return false;
    this.#hasGivenUp = false;
    return true;
  }
}

/** News that comes late is late by an answer or two, not by dozens. */
const LATE_ANSWERS = 32;

/** What the networks between a model and here are late by, now and then. */
const HEAD_START_MS = 200;
