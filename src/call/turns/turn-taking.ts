import type { AudioFormat } from '../../audio/format.ts';
import { unreachable } from '../../errors.ts';
import { RememberedNames } from '../../limits/remembered.ts';
import type { Leg } from '../../ports/leg.ts';
import type { Capabilities, PartId, ResponseOutcome } from '../../ports/session.ts';
import type { TurnRules } from '../call-plan.ts';
import type { Voice } from '../playout/voice.ts';
import { BargeInCheck, bargeIn, ONSET_MS } from './barge-in.ts';
import { CallerTurn } from './caller-turn.ts';
import type { Decided } from './decisions.ts';
import { ResponseQueue, type Wanted } from './response-queue.ts';
import type { OwnEar } from './speech-evidence.ts';

/**
 * Whose turn it is: who speaks, who is waited for, who gives way.
 *
 * The one place that lets the agent speak and silences it. That the caller makes a sound is what the model says; that
 * they have taken the turn is decided here. It touches nothing but the agent's voice: what else follows from what it
 * decides is told in the order it was decided, at once, and done by whoever listens.
 */
export class TurnTaking {
  readonly #rules: TurnRules;
  readonly #voice: Voice;
  readonly #ear: OwnEar;
  readonly #decided: Decided;
  readonly #responses = new ResponseQueue();
  readonly #turn = new CallerTurn();
  readonly #protected = new RememberedNames(LATE_ANSWERS);
  #capabilities: Capabilities | null = null;
  #check: BargeInCheck | null = null;

  constructor(rules: TurnRules, voice: Voice, ear: OwnEar, decided: Decided) {
    this.#rules = rules;
    this.#voice = voice;
    this.#ear = ear;
    this.#decided = decided;
  }

  get callerIsSpeaking(): boolean {
    return this.#turn.isSpeaking;
  }

  connect(leg: Leg, now: number): void {
    this.#voice.connect(leg, now);
    this.#ask(now);
  }

  /** The line is gone: what the caller has not heard of the agent's words was never said. */
  disconnect(now: number): void {
    this.#voice.lineGone();
    this.#check = null;
    this.#turn.isCutOff(false);
    this.#turn.forget();
    if (this.#turn.isSpeaking) this.#turnEnds(now, null, false);
    this.#cut(now);
    this.#responses.forget();
    this.#voice.disconnect(now);
  }

  /** The model can be heard from now on. */
  open(capabilities: Capabilities, format: AudioFormat, now: number): void {
    this.#capabilities = capabilities;
    this.#voice.open(capabilities, format, this.#isConfirmed || this.#noticesTurns, now);
  }

  /**
   * The model is gone, and another one comes, which has heard nothing of a turn that goes on or an answer that is due.
   * What is wholly here of an answer is said to its end.
   */
  sessionLost(isWorking: boolean, now: number): void {
    const isWhole = this.#isWhole(now);
    const isOwed =
      !this.#turn.isSpeaking && (this.#responses.isOwed(now) || !(isWhole || this.#voice.isIdle(now)));
    this.#check = null;
    if (this.#turn.isSpeaking) this.#turn.isCutOff(this.#turn.isTaken && this.#voice.isOnTheLine);
    this.#turn.forget();
    if (this.#turn.isSpeaking) this.#turnEnds(now, null, false);
    if (!isWhole) this.#cut(now);
    this.#responses.forget();
    if (isOwed && !isWorking && this.#voice.isOnTheLine) this.answerTurn(now);
  }

  tick(now: number): void {
    if (this.#voice.givesUp(now)) this.#cut(now);
    else if (this.#voice.hearsAgain()) this.#decided({ type: 'hears_again' }, now);
    if (this.#check) this.#weigh(this.#check, now);
    if (this.#turn.isUnheard && this.#ear.evidence.quietMs(now) >= this.#rules.pauseMs)
      this.#tellUnheard(true, now);
    this.#ask(now);
  }

  hear(audio: Uint8Array, now: number): void {
    this.#ear.evidence.heard(audio, now);
    if (this.#check) this.#weigh(this.#check, now);
  }

  /** Where the model notices no turns, and no key says where they are, our own ear does. */
  listen(isLeaving: boolean, now: number): void {
    const sign = this.#noticesTurns ? this.#ear.look(now) : null;
    if (sign === 'began') this.callerSpeaks(null, isLeaving, now);
    if (sign !== 'ended') return;
    this.#decided({ type: 'commit' }, now);
    this.callerPauses(null, now, now - this.#ear.evidence.quietMs(now));
  }

  /** Returns the name that the answer will be known by. */
  ask(wanted: Wanted, now: number): string {
    const requestId = this.#responses.ask(wanted);
    this.#ask(now);
    return requestId;
  }

  withdraw(requestId: string): void {
    this.#responses.withdraw(requestId);
  }

  /** Nothing is being said, prepared or asked for, and the caller has heard everything there is to hear. */
  isQuiet(now: number): boolean {
    return !this.#turn.isSpeaking && this.#voice.isIdle(now) && this.#responses.isIdle(now);
  }

  /** Neither side can be heard. */
  isDead(now: number): boolean {
    return !this.#turn.isSpeaking && this.#voice.isMute(now);
  }

  owesAnswer(now: number): boolean {
    return this.#responses.isOwed(now);
  }

  hasSpokenIn(responseId: string): boolean {
    return this.#voice.hasSpokenIn(responseId);
  }

  /** `isLeaving`: the agent is about to go, and stays only for words. */
  callerSpeaks(itemId: string | null, isLeaving: boolean, now: number): void {
    if (this.#turn.isUnheard) this.#tellUnheard(false, now); // they go on, and whoever hears it lacks the beginning
    this.#turn.begins(itemId, now);
    this.#decided({ type: 'caller_began', itemId }, now);
    this.#responses.callerSpeaks();
    const isAnswer = this.#voice.isIdle(now);
    if (isLeaving || (this.#isConfirmed && !isAnswer)) {
      if (!this.#isConfirmed && !this.#isProtected()) this.#bargeIn(now);
      this.#check = new BargeInCheck(this.#ear.evidence, now);
      return this.#weigh(this.#check, now);
    }
    this.#takeTurn(now);
  }

  callerPauses(itemId: string | null, now: number, spokeUntil: number | null = null): void {
    this.#turnEnds(now, spokeUntil, this.#capabilities?.answersTurns ?? false, itemId);
  }

  /** The caller has been still for longer than any turn lasts: its end got lost, or is still to be told. */
  turnIsOverdue(now: number): boolean {
    const { isSpeaking, since } = this.#turn;
    const maybeEchoAt = this.#check ? this.#voice.heardAt : since; // the model may still hear that
    const stillMs = Math.min(this.#ear.evidence.stillMs, now - since, now - maybeEchoAt);
    return isSpeaking && stillMs >= this.#rules.longestPauseMs;
  }

  endTurn(now: number): void {
    this.#turnEnds(now, null, false);
  }

  /** Whether anything was heard of the caller since they took the turn, as far as we hear it ourselves. */
  callerWasHeard(now: number): boolean {
    return this.#ear.evidence.quietMs(now) < now - this.#turn.since + ONSET_MS;
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
  sayInstead(wanted: Wanted, now: number): void {
    this.#cut(now);
    this.#responses.drop();
    this.ask(wanted, now);
  }

  /** The model asks for things to be done without end, and says nothing: asking again would not help. */
  goesInCircles(now: number): void {
    this.#decided({ type: 'answer_hopeless' }, now);
  }

  answerStarted(responseId: string, requestId: string | null, now: number): void {
    const isOwn = requestId === null && this.#capabilities?.answersTurns === true;
    const purpose = this.#responses.purposeOf(requestId);
    this.#decided({ type: 'answer_began', responseId, requestId, purpose }, now);
    if (isOwn && this.#turn.isSpeaking) this.callerPauses(null, now); // that it ended got lost
    this.#responses.started(responseId, requestId, now);
    if (this.#voice.callerIsGone) return this.#stop(responseId, now); // a turn was ended by the silence of a line that is gone
    if (purpose === 'greeting' && this.#rules.greetingIsProtected) this.#protected.add(responseId);
    // Asked for before the caller began, granted after: it would talk over them. Noises are not talked over.
    const isTalkedOver = this.#turn.isSpeaking && this.#check === null;
    if (requestId !== null && isTalkedOver && !this.#isProtected()) this.#stop(responseId, now);
  }

  refused(requestId: string | null, because: 'busy' | 'rejected', now: number): void {
    this.#responses.refused(requestId, because, now);
    const isFiller = this.#responses.purposeOf(requestId) === 'filler';
    if (because === 'rejected' && !isFiller) this.#decided({ type: 'answer_hopeless' }, now); // it would be again
  }

  speak(part: PartId, audio: Uint8Array, now: number): void {
    if (!this.#voice.isOpen || this.#voice.isDiscarded(part.responseId)) return;
    this.#responses.goesOn(part.responseId, now);
    if (this.#voice.speak(part, audio, now)) return;
    this.#decided({ type: 'answer_too_long' }, now);
    this.#stop(part.responseId, now);
  }

  /** An answer that is written is said as well. */
  wrote(responseId: string, now: number): void {
    this.#voice.wrote(responseId, now);
    this.#responses.goesOn(responseId, now);
  }

  partDone(part: PartId, now: number): void {
    this.#responses.goesOn(part.responseId, now, true);
    this.#voice.partDone(part);
  }

  answerDone(responseId: string, outcome: ResponseOutcome, now: number): void {
    const isShort = outcome === 'failed' || outcome === 'incomplete';
    const isFiller = this.#responses.purposeOfAnswer(responseId) === 'filler';
    if (!isFiller && !this.#voice.isDiscarded(responseId)) this.#judge(responseId, isShort, now);
    this.#responses.done(responseId, isShort);
    this.#voice.answerDone(responseId, now);
    this.#ask(now);
    this.#decided({ type: 'answer_over', responseId, outcome }, now);
  }

  get #noticesTurns(): boolean {
    return this.#capabilities?.hasTurnEvents === false && this.#rules.hasTurnsByEar;
  }

  get #isConfirmed(): boolean {
    return this.#rules.interruption === 'confirmed';
  }

  /** Whether the caller has got an answer, or is still owed one. */
  #judge(responseId: string, isShort: boolean, now: number): void {
    const hasSpoken = this.#voice.hasSpokenIn(responseId);
    if (isShort) this.#decided({ type: 'answer_failed', hasSpoken }, now);
    else this.#decided({ type: hasSpoken ? 'answer_given' : 'answer_goes_on' }, now);
  }

  #takeTurn(now: number): void {
    this.#turn.taken();
    if (!this.#isProtected()) this.#bargeIn(now);
    this.#decided({ type: 'turn_taken' }, now);
  }

  #turnEnds(
    now: number,
    spokeUntil: number | null,
    answersByItself: boolean,
    itemId: string | null = null,
  ): void {
    this.#decided({ type: 'caller_ended', itemId: itemId ?? this.#turn.itemId, spokeUntil }, now);
    this.#turn.stops();
    this.#responses.callerPauses(now, answersByItself);
    if (this.#check) this.#pauseInCheck(this.#check, now);
    if (this.#turn.isTaken && !answersByItself) this.answerTurn(now);
    this.#turn.forget();
  }

  /** It was over before it was speech. But where the model's word counts, only a noise we heard ourselves is none. */
  #pauseInCheck(check: BargeInCheck, now: number): void {
    this.#check = null;
    if (this.#isConfirmed || check.hasHeardSomething) this.#letGo(now);
    else this.#takeTurn(now);
  }

  /** The agent stops, whatever it says. */
  #bargeIn(now: number): void {
    if (!this.#capabilities || !this.#voice.isOnTheLine) return;
    const { silentSince, heldSince } = this.#voice;
    const parts = this.#voice.progress(now);
    const cut = bargeIn(parts, this.#responses.runningId, this.#capabilities.yieldsToSpeech);
    const mayBeHeard = this.#voice.mayBeHeard(now);

    if (mayBeHeard && silentSince === null) this.#voice.clear(now); // before anything else: the part the caller notices
    if (mayBeHeard || parts.length > 0 || heldSince !== null) this.#voice.fallSilent(now);
    this.#admit(cut, now);
    if (parts.some((part) => part.receivedMs > 0)) {
      const heardUntil = this.#voice.silentFrom(silentSince ?? now);
      const { heardMs, unheardMs } = cut;
      this.#decided({ type: 'interrupted', heardMs, unheardMs, heardUntil }, now);
    }
  }

  #tellUnheard(isOver: boolean, now: number): void {
    this.#turn.isCutOff(false);
    this.#decided({ type: 'turn_unheard', isOver }, now);
  }

  /** All that is to be heard has come from the model, and nobody has called it into question. */
  #isWhole(now: number): boolean {
    const { runningId } = this.#responses;
    const isOpen = this.#turn.isSpeaking || this.#voice.heldSince !== null;
    const parts = this.#voice.progress(now);
    return !isOpen && parts.every(({ id, isComplete }) => isComplete && id.responseId !== runningId);
  }

  /** No more of what the agent was saying: as far as it was heard, it was said. */
  #cut(now: number): void {
    if (!this.#voice.isOpen) return;
    const cut = bargeIn(this.#voice.progress(now), this.#responses.runningId, false);
    const isSilent = this.#voice.silentSince !== null || !this.#voice.isOnTheLine;
    if (this.#voice.mayBeHeard(now) && !isSilent) this.#voice.clear(now);
    this.#voice.fallSilent(now);
    this.#admit(cut, now);
  }

  #admit({ discard, cancel, truncate }: ReturnType<typeof bargeIn>, now: number): void {
    for (const responseId of discard) this.#voice.discard(responseId);
    if (cancel !== null) this.#decided({ type: 'cancel', responseId: cancel }, now);
    for (const { part, heardMs } of truncate) this.#decided({ type: 'truncate', part, heardMs }, now);
  }

  #weigh(check: BargeInCheck, now: number): void {
    const verdict = check.verdict(now);
    switch (verdict) {
      case 'no_speech':
        check.goesOn(now);
        return this.#letGo(now);
      case 'speech':
        this.#check = null;
        return this.#takeTurn(now);
      case 'hold':
      case 'echo_so_far':
        // Whatever it is, where the model's word counts: it hears speech, and that does not end.
        if (!this.#isConfirmed && check.isLongFor(now)) {
          this.#check = null;
          return this.#takeTurn(now);
        }
        if (verdict === 'hold' && !this.#isProtected() && this.#voice.hold(now))
          this.#decided({ type: 'held' }, now);
        return;
      default:
        return unreachable(verdict);
    }
  }

  #letGo(now: number): void {
    const { heldSince } = this.#voice;
    if (heldSince === null) return;
    this.#voice.goOn(now);
    this.#decided({ type: 'went_on', heldMs: now - heldSince }, now);
  }

  #isProtected(): boolean {
    const current = this.#voice.currentResponseId ?? this.#responses.runningId;
    return current !== null && this.#protected.has(current);
  }

  /** No more of this answer, though what was taken of it may still be heard. */
  #stop(responseId: string, now: number): void {
    this.#decided({ type: 'cancel', responseId }, now);
    this.#voice.breakOff(responseId, now);
  }

  #ask(now: number): void {
    if (!this.#capabilities || this.#turn.isSpeaking || this.#voice.callerIsGone) return;
    const request = this.#responses.next(now);
    if (request) this.#decided({ type: 'ask', request }, now);
  }
}

/** What may be cut off is asked of an answer or two, not of dozens. */
const LATE_ANSWERS = 32;
