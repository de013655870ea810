import type { AudioFormat } from '../../audio/format.ts';
import { Recent } from '../../limits/recent.ts';
import type { CallTap } from '../../ports/call-tap.ts';
import type { AgentSaid } from '../../ports/facts.ts';
import type { Leg } from '../../ports/leg.ts';
import type { Capabilities, PartId, ResponsePurpose, Session } from '../../ports/session.ts';
import type { Journal } from '../journal.ts';
import { Downlink } from '../playout/downlink.ts';
import { downlinkWires } from '../playout/downlink-wires.ts';
import { type BargeIn, bargeIn } from './barge-in.ts';
import { BargeInCheck, ONSET_MS } from './barge-in-check.ts';
import { ResponseQueue, type Wanted } from './response-queue.ts';
import { SpeechEvidence } from './speech-evidence.ts';
import type { Decisions, TurnRules } from './turn-rules.ts';

/**
 * Whose turn it is: who speaks, who is waited for, who gives way.
 *
 * The one place that lets the agent speak and silences it. That the caller makes a sound is what the model says; that
 * they have taken the turn is decided here, and whoever acts on it listens to that.
 */
export class TurnTaking {
  readonly #rules: TurnRules;
  readonly #session: Session;
  readonly #journal: Journal;
  readonly #tap: CallTap;
  readonly #responses = new ResponseQueue();
  readonly #evidence = new SpeechEvidence();
  readonly #decided: Decisions;
  /** Answers of which the caller must not hear one more sound, however late it comes. */
  readonly #discarded = new Recent();
  readonly #spoken = new Recent();
  readonly #protected = new Recent();
  #leg: Leg | null = null;
  #isAway = false; // the caller was here, and is with somebody else: nobody hears what would be said
  #voice: { readonly capabilities: Capabilities; readonly downlink: Downlink } | null = null;
  #check: BargeInCheck | null = null;
  #heldAt = 0;
  #hasGivenUp = false; // something was not said because the phone took nothing, and the caller is to hear of it
  heardAt = Number.NEGATIVE_INFINITY; // when the caller last heard the agent
  #turnIsOpen = false; // the caller has begun one that the agent is to answer
  #itemId: string | null = null; // the model's name for what the caller says

  constructor(rules: TurnRules, session: Session, journal: Journal, tap: CallTap, decided: Decisions) {
    this.#rules = rules;
    this.#session = session;
    this.#journal = journal;
    this.#tap = tap;
    this.#decided = decided;
  }

  get callerIsSpeaking(): boolean {
    return this.#responses.callerIsSpeaking;
  }

  connect(leg: Leg, now: number): void {
    this.#leg = leg;
    this.#isAway = false;
    this.#voice?.downlink.connect(leg, now);
    this.#ask(now);
  }

  /** The line is gone: what the caller has not heard of the agent's words was never said. */
  disconnect(now: number): void {
    this.#leg = null; // there is no phone any more that could be cleared
    this.#isAway = true;
    this.#check = null;
    this.#turnIsOpen = false;
    this.#hasGivenUp = false;
    if (this.#responses.callerIsSpeaking) this.#turnEnds(now, null, false);
    this.#cut(now);
    this.#responses.forget();
    this.#voice?.downlink.disconnect(now);
  }

  open(capabilities: Capabilities, format: AudioFormat, now: number): void {
    const wires = downlinkWires(this.#journal, this.#tap, this.#isConfirmed ? this.#evidence : null);
    const downlink = new Downlink({ ...wires, from: capabilities.output, to: format });
    this.#voice = { capabilities, downlink };
    if (this.#leg) downlink.connect(this.#leg, now);
  }

  /** Nobody is there any more: what was heard of the last words is told. */
  close(now: number): void {
    this.#voice?.downlink.fallSilent(now);
  }

  tick(now: number): void {
    this.#voice?.downlink.tick(now);
    if (this.#voice && !this.#voice.downlink.isMute(now)) this.heardAt = now;
    if (this.#voice) this.#mindTheLine(this.#voice.downlink, now);
    if (this.#check) this.#weigh(this.#check, now);
    this.#ask(now);
  }

  hear(audio: Uint8Array, lineMs: number, now: number): void {
    this.#voice?.downlink.frameCame(lineMs, now);
    this.#evidence.heard(audio, now);
    if (this.#check) this.#weigh(this.#check, now);
  }

  markReturned(name: string, now: number): void {
    this.#voice?.downlink.markReturned(name, now);
    this.#tap.markReturned(name, now);
  }

  pongCame(name: string, now: number): void {
    this.#voice?.downlink.pongCame(name, now);
    this.#tap.markReturned(name, now);
  }

  ask(wanted: Wanted, now: number): string {
    const requestId = this.#responses.ask(wanted);
    this.#ask(now);
    return requestId;
  }

  purposeOf(requestId: string | null): ResponsePurpose | null {
    return this.#responses.purposeOf(requestId);
  }

  withdraw(requestId: string): void {
    this.#responses.withdraw(requestId);
  }

  /** Nothing is being said, prepared or asked for, and the caller has heard everything there is to hear. */
  isQuiet(now: number): boolean {
    const isSilent = !this.#responses.callerIsSpeaking && (this.#voice?.downlink.isIdle(now) ?? true);
    return isSilent && this.#responses.isIdle(now);
  }

  /** Neither side can be heard. */
  isDead(now: number): boolean {
    const downlink = this.#voice?.downlink;
    if (this.#responses.callerIsSpeaking || !downlink) return !this.#responses.callerIsSpeaking;
    return downlink.isMute(now) && downlink.deafSince === null; // which is no fault of the model's
  }

  owesAnswer(now: number): boolean {
    return this.#responses.isOwed(now);
  }

  /** What the caller is hearing at this moment, as far as it is not told of yet. */
  saying(now: number): readonly AgentSaid[] {
    return this.#voice?.downlink.saying(now) ?? [];
  }

  hasSpokenIn(responseId: string): boolean {
    return this.#spoken.has(responseId);
  }

  isDiscarded(responseId: string): boolean {
    return this.#discarded.has(responseId);
  }

  /** `isLeaving`: the agent is about to go, and stays only for words. */
  callerSpeaks(itemId: string | null, isLeaving: boolean, now: number): void {
    this.#itemId = itemId;
    this.#journal.note({ type: 'caller_started_speaking', ...(itemId !== null && { itemId }) });
    this.#responses.callerSpeaks(now);
    const isAnswer = !this.#voice || this.#voice.downlink.isIdle(now);
    if (isLeaving || (this.#isConfirmed && !isAnswer)) {
      if (!this.#isConfirmed && !this.#isProtected()) this.#bargeIn(now);
      this.#check = new BargeInCheck(this.#evidence, now);
      return this.#weigh(this.#check, now);
    }
    this.#takeTurn(now);
  }

  callerPauses(itemId: string | null, now: number, spokeUntil: number | null = null): void {
    if (itemId !== null) this.#itemId = itemId;
    this.#turnEnds(now, spokeUntil, this.#voice?.capabilities.answersTurns ?? false);
  }

  /** The caller has been still for longer than any turn lasts: its end got lost, or is still to be told. */
  turnIsOverdue(now: number): boolean {
    const maybeEchoAt = this.#check ? this.heardAt : this.#responses.callerSpeaksSince; // the model may still hear that
    const stillMs = Math.min(
      this.#evidence.stillMs,
      now - this.#responses.callerSpeaksSince,
      now - maybeEchoAt,
    );
    return this.#responses.callerIsSpeaking && stillMs >= this.#rules.longestPauseMs;
  }

  endTurn(now: number): void {
    this.#turnEnds(now, null, false);
  }

  /** Whether anything was heard of the caller since they took the turn, as far as we hear it ourselves. */
  callerWasHeard(now: number): boolean {
    return this.#evidence.quietMs(now) < now - this.#responses.callerSpeaksSince + ONSET_MS;
  }

  /** The caller has had their say: the agent's turn. What was said since it was last asked for goes with it. */
  answerTurn(now: number, purpose: 'caller_turn' | 'operator' = 'caller_turn'): void {
    if (!this.#responses.isQueued(['caller_turn', 'operator'])) this.ask({ purpose }, now);
  }

  /** The last answer came to nothing: another one. */
  askAgain(now: number): void {
    this.#cut(now);
    if (this.#responses.again(now)) this.#ask(now);
    else this.answerTurn(now);
  }

  /** Asks for this instead of whatever was to be said. */
  sayInstead(request: Wanted, now: number): void {
    this.#cut(now);
    this.#responses.drop();
    this.ask(request, now);
  }

  reassure(now: number): void {
    this.#voice?.downlink.reassure(now);
  }

  /** The agent stops, whatever it says. */
  #bargeIn(now: number): void {
    if (!this.#voice || !this.#leg) return;
    const { capabilities, downlink } = this.#voice;
    const silentSince = downlink.deafSince ?? (downlink.isHeld ? this.#heldAt : null);
    const parts = downlink.progress(now);
    const cut = bargeIn(parts, this.#responses.runningId, capabilities.yieldsToSpeech);
    const mayBeHeard = downlink.mayBeHeard(now);

    if (mayBeHeard && silentSince === null) this.#silence(now); // before anything else: the part the caller notices
    if (mayBeHeard || parts.length > 0 || downlink.isHeld) downlink.fallSilent(now);
    this.#admit(cut);
    if (parts.some((part) => part.receivedMs > 0)) {
      this.#journal.note({
        type: 'interrupted',
        heardMs: Math.round(cut.heardMs),
        unheardMs: Math.round(cut.unheardMs),
        heardUntilMs: this.#journal.msAt(downlink.silentFrom(silentSince ?? now)),
      });
    }
  }

  answerStarted(responseId: string, requestId: string | null, now: number): void {
    const isOwn = requestId === null && this.#voice?.capabilities.answersTurns === true;
    if (isOwn && this.#responses.callerIsSpeaking) this.callerPauses(null, now); // that it ended got lost
    this.#responses.started(responseId, requestId, now);
    if (this.#isAway) return this.#stop(responseId, now); // a turn was ended by the silence of a line that is gone
    if (this.#responses.purposeOf(requestId) === 'greeting' && this.#rules.greetingIsProtected)
      this.#protected.add(responseId);
    // Asked for before the caller began, granted after: it would talk over them. Noises are not talked over.
    const isTalkedOver = this.#responses.callerIsSpeaking && this.#check === null;
    if (requestId !== null && isTalkedOver && !this.#isProtected()) this.#stop(responseId, now);
  }

  refused(requestId: string | null, because: 'busy' | 'rejected', now: number): void {
    this.#responses.refused(requestId, because, now);
  }

  speak(part: PartId, audio: Uint8Array, now: number): void {
    if (!this.#voice || this.#discarded.has(part.responseId)) return;
    this.#spoken.add(part.responseId);
    this.#responses.goesOn(part.responseId, now);
    if (this.#voice.downlink.take(part, audio, now)) return;
    this.#journal.note({ type: 'problem', code: 'answer_too_long' });
    this.#stop(part.responseId, now);
  }

  /** An answer that is written is said as well. */
  wrote(responseId: string, now: number): void {
    this.#spoken.add(responseId);
    this.#responses.goesOn(responseId, now);
    this.heardAt = now;
  }

  words(part: PartId, text: string, now: number): void {
    if (!this.#discarded.has(part.responseId)) this.#voice?.downlink.note(part, text, now);
  }

  partDone(part: PartId, now: number): void {
    this.#responses.goesOn(part.responseId, now, true);
    this.#voice?.downlink.complete(part);
  }

  answerDone(responseId: string, wasCutShort: boolean, now: number): void {
    this.#responses.done(responseId, wasCutShort);
    if (!this.#discarded.has(responseId)) this.#voice?.downlink.completeResponse(responseId, now);
    this.#ask(now);
  }

  get #isConfirmed(): boolean {
    return this.#rules.interruption === 'confirmed';
  }

  #takeTurn(now: number): void {
    this.#turnIsOpen = true;
    if (!this.#isProtected()) this.#bargeIn(now);
    this.#decided.turnTaken(now);
  }

  #turnEnds(now: number, spokeUntil: number | null, answersByItself: boolean): void {
    this.#journal.note({
      type: 'caller_stopped_speaking',
      ...(this.#itemId !== null && { itemId: this.#itemId }),
      ...(spokeUntil !== null && { spokeUntilMs: this.#journal.msAt(spokeUntil) }),
    });
    this.#responses.callerPauses(now, answersByItself);
    if (this.#check) this.#pauseInCheck(this.#check, now);
    if (this.#turnIsOpen && !answersByItself) this.answerTurn(now);
    this.#turnIsOpen = false;
  }

  /** It was over before it was speech. But where the model's word counts, only a noise we heard ourselves is none. */
  #pauseInCheck(check: BargeInCheck, now: number): void {
    this.#check = null;
    if (this.#isConfirmed || check.hasHeardSomething) this.#letGo(now);
    else this.#takeTurn(now);
  }

  #cut(now: number): void {
    if (!this.#voice) return;
    const { downlink } = this.#voice;
    const cut = bargeIn(downlink.progress(now), this.#responses.runningId, false);
    const isSilent = downlink.isHeld || downlink.deafSince !== null;
    if (downlink.mayBeHeard(now) && this.#leg && !isSilent) this.#silence(now);
    downlink.fallSilent(now);
    this.#admit(cut);
  }

  #admit({ discard, cancel, truncate }: BargeIn): void {
    for (const responseId of discard) this.#discarded.add(responseId);
    if (cancel !== null) this.#session.cancel(cancel);
    for (const { part, heardMs } of truncate) this.#session.truncate(part, heardMs);
  }

  #weigh(check: BargeInCheck, now: number): void {
    const verdict = check.verdict(now);
    if (verdict === 'no_speech') {
      check.goesOn(now);
      return this.#letGo(now);
    }
    // Whatever it is, where the model's word counts: it hears speech, and that does not end.
    if (verdict === 'speech' || (!this.#isConfirmed && check.isLongFor(now))) {
      this.#check = null;
      return this.#takeTurn(now);
    }
    if (verdict === 'hold') this.#hold(now);
  }

  #hold(now: number): void {
    const downlink = this.#voice?.downlink;
    if (!downlink || downlink.isHeld || downlink.isIdle(now)) return;
    if (downlink.deafSince !== null || this.#isProtected()) return;
    this.#silence(now);
    downlink.hold(now);
    this.#heldAt = now;
    this.#journal.note({ type: 'held' });
  }

  #letGo(now: number): void {
    const downlink = this.#voice?.downlink;
    if (!downlink?.isHeld) return;
    downlink.goOn(now);
    this.#journal.note({ type: 'went_on', heldMs: Math.round(now - this.#heldAt) });
  }

  #silence(now: number): void {
    this.#leg?.clear();
    this.#tap.agentCleared(now);
    this.#evidence.silenced(now);
  }

  /**
   * A phone that takes nothing hears nothing that is old when it wakes up: what waits for it is given up, as far as
   * it was not heard. It is told of once they hear again, or they would wait for the rest of a sentence.
   */
  #mindTheLine(downlink: Downlink, now: number): void {
    if (downlink.isStale(now)) {
      this.#hasGivenUp = true;
      return this.#cut(now);
    }
    if (!this.#hasGivenUp || downlink.deafSince !== null) return;
    this.#hasGivenUp = false;
    this.#decided.hearsAgain(now);
  }

  #isProtected(): boolean {
    const current = this.#voice?.downlink.currentResponseId ?? this.#responses.runningId;
    return current !== null && this.#protected.has(current);
  }

  /** No more of this answer, though what was taken of it may still be heard. */
  #stop(responseId: string, now: number): void {
    this.#session.cancel(responseId);
    this.#discarded.add(responseId);
    this.#voice?.downlink.completeResponse(responseId, now);
  }

  #ask(now: number): void {
    const request = this.#voice && !this.#isAway && this.#responses.next(now);
    if (request) this.#session.respond(request);
  }
}
