import type { AudioFormat } from '../audio/format.ts';
import type { AgentSaid } from '../ports/call-log.ts';
import type { CallLeg } from '../ports/carrier.ts';
import type { PartId, RealtimeSession, ResponseWant, SessionTraits } from '../ports/model.ts';
import type { CallTap } from './call-tap.ts';
import { Doubt } from './doubt.ts';
import { Downlink } from './downlink.ts';
import { GREETING } from './greeting.ts';
import { giveWay } from './interruption.ts';
import type { Journal } from './journal.ts';
import { ResponseLedger } from './response-ledger.ts';
import { SpeechEvidence } from './speech-evidence.ts';

export interface FloorRules {
  readonly interruption: 'immediate' | 'confirmed';
  readonly greetingIsProtected: boolean;
}

/**
 * Whose turn it is: who speaks, who is waited for, who gives way.
 *
 * The one place that lets the agent speak and silences it.
 */
export class Floor {
  readonly #rules: FloorRules;
  readonly #session: RealtimeSession;
  readonly #journal: Journal;
  readonly #tap: CallTap;
  readonly #ledger = new ResponseLedger();
  readonly #evidence: SpeechEvidence | null;
  /** Answers of which the caller must not hear one more sound, however late it comes. */
  readonly #outlawed = new Recent();
  /** Answers that were spoken, at least in part. */
  readonly #spoken = new Recent();
  readonly #protected = new Recent();
  #leg: CallLeg | null = null;
  #voice: { readonly traits: SessionTraits; readonly downlink: Downlink } | null = null;
  #doubt: Doubt | null = null;
  #heldAt = 0;
  /** Something was not said because the phone took nothing, and the caller is to hear of it. */
  #hasGivenUp = false;
  #turns = 0;
  /** The caller has begun a turn that the agent is to answer. */
  #turnIsOpen = false;

  constructor(rules: FloorRules, session: RealtimeSession, journal: Journal, tap: CallTap) {
    this.#rules = rules;
    this.#session = session;
    this.#journal = journal;
    this.#tap = tap;
    this.#evidence = rules.interruption === 'confirmed' ? new SpeechEvidence() : null;
  }

  get callerIsSpeaking(): boolean {
    return this.#ledger.callerIsSpeaking;
  }

  connect(leg: CallLeg, now: number): void {
    this.#leg = leg;
    this.#voice?.downlink.connect(leg, now);
  }

  disconnect(now: number): void {
    this.#leg = null;
    this.#voice?.downlink.disconnect(now);
  }

  /** The model can be heard from now on. */
  open(traits: SessionTraits, format: AudioFormat, now: number): void {
    const downlink = new Downlink({
      from: traits.output,
      to: format,
      tell: (fact) => this.#journal.note(fact),
      played: (audio, startsAt) => {
        this.#tap.agentPlayed(audio, startsAt);
        this.#evidence?.played(audio, startsAt);
      },
      silenced: (since) => {
        this.#tap.agentCleared(since);
        this.#evidence?.silenced(since);
      },
      marked: (name, dueAt) => this.#tap.agentMarked(name, dueAt),
      wantsMarks: () => this.#tap.wantsMarks,
    });
    this.#voice = { traits, downlink };
    if (this.#leg) downlink.connect(this.#leg, now);
  }

  /** Nobody is there any more: what was heard of the last words is told. */
  close(now: number): void {
    this.#voice?.downlink.fallSilent(now);
  }

  tick(now: number): void {
    this.#voice?.downlink.tick(now);
    if (this.#voice) this.#mindTheLine(this.#voice.downlink, now);
    if (this.#doubt) this.#weigh(this.#doubt, now);
    this.#ask(now);
  }

  hear(audio: Uint8Array, lineMs: number, now: number): void {
    this.#voice?.downlink.frameCame(lineMs, now);
    this.#evidence?.heard(audio, now);
    if (this.#doubt) this.#weigh(this.#doubt, now);
  }

  markReturned(name: string, now: number): void {
    this.#voice?.downlink.markReturned(name, now);
    this.#tap.markReturned(name, now);
  }

  pongCame(name: string, now: number): void {
    this.#voice?.downlink.pongCame(name, now);
    this.#tap.markReturned(name, now);
  }

  want(want: ResponseWant, now: number): void {
    this.#ledger.want(want);
    this.#ask(now);
  }

  withdraw(wantId: string): void {
    this.#ledger.withdraw(wantId);
  }

  /** Nothing is being said, prepared or asked for. */
  isQuiet(now: number): boolean {
    return this.isSilent(now) && this.#ledger.isIdle(now);
  }

  /** The caller has heard everything there is to hear. */
  isSilent(now: number): boolean {
    return !this.#ledger.callerIsSpeaking && (this.#voice?.downlink.isIdle(now) ?? true);
  }

  /** What the caller is hearing at this moment, as far as it is not told of yet. */
  saying(now: number): readonly AgentSaid[] {
    return this.#voice?.downlink.saying(now) ?? [];
  }

  hasSpokenIn(responseId: string): boolean {
    return this.#spoken.has(responseId);
  }

  callerSpeaks(now: number): void {
    this.#journal.note({ type: 'caller_started_speaking' });
    this.#ledger.callerSpeaks();
    const isAnswer = !this.#voice || this.#voice.downlink.isIdle(now);
    if (this.#evidence && !isAnswer) {
      this.#doubt = new Doubt(this.#evidence, now);
      return this.#weigh(this.#doubt, now);
    }
    this.#takeTurn(now);
  }

  callerPauses(now: number, spokeUntil: number | null = null): void {
    this.#journal.note({
      type: 'caller_stopped_speaking',
      ...(spokeUntil !== null && { spokeUntilMs: this.#journal.msAt(spokeUntil) }),
    });
    const answersTurns = this.#voice?.traits.answersTurns ?? false;
    this.#ledger.callerPauses(now, answersTurns);
    if (this.#doubt) this.#letGo(now); // it was over before it was speech
    if (this.#turnIsOpen && !answersTurns) this.answerTurn(now);
    this.#turnIsOpen = false;
  }

  /** The caller has had their say: the agent's turn. */
  answerTurn(now: number): void {
    this.want({ wantId: `turn-${++this.#turns}` }, now);
  }

  /** The agent stops, whatever it says. */
  giveWay(now: number): void {
    if (!this.#voice || !this.#leg) return;
    const { traits, downlink } = this.#voice;
    const silentSince = downlink.deafSince ?? (downlink.isHeld ? this.#heldAt : null);
    const parts = downlink.progress(now);
    const way = giveWay(parts, this.#ledger.runningId, traits.yieldsToSpeech);

    if (way.silenceThePhone && silentSince === null) this.#silence(now); // before anything else: the part the caller notices
    if (parts.length > 0) downlink.fallSilent(now);
    for (const responseId of way.outlaw) this.#outlawed.add(responseId);
    if (way.cancel !== null) this.#session.cancel(way.cancel);
    for (const { part, heardMs } of way.truncate) this.#session.truncate(part, heardMs);
    if (parts.some((part) => part.receivedMs > 0)) {
      this.#journal.note({
        type: 'interrupted',
        heardMs: Math.round(way.heardMs),
        unheardMs: Math.round(way.unheardMs),
        heardUntilMs: this.#journal.msAt(downlink.silentFrom(silentSince ?? now)),
      });
    }
  }

  answerStarted(responseId: string, wantId: string | null, now: number): void {
    this.#ledger.started(responseId, wantId, now);
    if (wantId === GREETING && this.#rules.greetingIsProtected) this.#protected.add(responseId);
    // Asked for before the caller began, granted after: it would talk over them.
    if (wantId !== null && this.#ledger.callerIsSpeaking && !this.#isProtected()) this.#stop(responseId, now);
  }

  refused(wantId: string | null, because: 'busy' | 'rejected', now: number): void {
    this.#ledger.refused(wantId, because, now);
  }

  speak(part: PartId, audio: Uint8Array, now: number): void {
    if (!this.#voice || this.#outlawed.has(part.responseId)) return;
    this.#spoken.add(part.responseId);
    this.#ledger.goesOn(part.responseId, now);
    if (this.#voice.downlink.take(part, audio, now)) return;
    this.#journal.note({ type: 'problem', code: 'answer_too_long' });
    this.#stop(part.responseId, now);
  }

  /** An answer that is written is said as well. */
  wrote(responseId: string, now: number): void {
    this.#spoken.add(responseId);
    this.#ledger.goesOn(responseId, now);
  }

  words(part: PartId, text: string, now: number): void {
    if (!this.#outlawed.has(part.responseId)) this.#voice?.downlink.note(part, text, now);
  }

  partDone(part: PartId): void {
    this.#voice?.downlink.complete(part);
  }

  answerDone(responseId: string, now: number): void {
    this.#ledger.done(responseId);
    if (!this.#outlawed.has(responseId)) this.#voice?.downlink.completeResponse(responseId, now);
    this.#ask(now);
  }

  #takeTurn(now: number): void {
    this.#turnIsOpen = true;
    if (!this.#isProtected()) this.giveWay(now);
  }

  #weigh(doubt: Doubt, now: number): void {
    switch (doubt.verdict(now)) {
      case 'echo_so_far':
        return;
      case 'hold':
        return this.#hold(now);
      case 'speech':
        this.#doubt = null;
        return this.#takeTurn(now);
      case 'no_speech':
        return this.#letGo(now);
    }
  }

  #hold(now: number): void {
    const downlink = this.#voice?.downlink;
    if (!downlink || downlink.isHeld || downlink.deafSince !== null || this.#isProtected()) return;
    this.#silence(now);
    downlink.hold(now);
    this.#heldAt = now;
    this.#journal.note({ type: 'held' });
  }

  #letGo(now: number): void {
    this.#doubt = null;
    const downlink = this.#voice?.downlink;
    if (!downlink?.isHeld) return;
    downlink.goOn(now);
    this.#journal.note({ type: 'went_on', heldMs: Math.round(now - this.#heldAt) });
  }

  #silence(now: number): void {
    this.#leg?.clear();
    this.#tap.agentCleared(now);
    this.#evidence?.silenced(now);
  }

  /**
   * A phone that takes nothing hears nothing that is old when it wakes up: what waits for it is given up, as far as
   * it was not heard. It is told of once they hear again, or they would wait for the rest of a sentence.
   */
  #mindTheLine(downlink: Downlink, now: number): void {
    if (downlink.isStale(now)) {
      this.#hasGivenUp = true;
      return this.#giveUp(downlink, now);
    }
    if (!this.#hasGivenUp || downlink.deafSince !== null) return;
    this.#hasGivenUp = false;
    this.#journal.note({ type: 'told', by: 'house', text: LINE_WAS_DEAD });
    this.#session.add({ type: 'text', from: 'house', text: LINE_WAS_DEAD });
    this.answerTurn(now);
  }

  #giveUp(downlink: Downlink, now: number): void {
    const way = giveWay(downlink.progress(now), this.#ledger.runningId, false);
    downlink.fallSilent(now);
    for (const responseId of way.outlaw) this.#outlawed.add(responseId);
    if (way.cancel !== null) this.#session.cancel(way.cancel);
    for (const { part, heardMs } of way.truncate) this.#session.truncate(part, heardMs);
  }

  #isProtected(): boolean {
    const current = this.#voice?.downlink.currentResponseId ?? this.#ledger.runningId;
    return current !== null && this.#protected.has(current);
  }

  /** No more of this answer, though what was taken of it may still be heard. */
  #stop(responseId: string, now: number): void {
    this.#session.cancel(responseId);
    this.#outlawed.add(responseId);
    this.#voice?.downlink.completeResponse(responseId, now);
  }

  #ask(now: number): void {
    const want = this.#voice && this.#ledger.next(now);
    if (want) this.#session.respond(want);
  }
}

const LINE_WAS_DEAD =
  'The line to the caller was dead for a while, and they did not hear the last of what you said. They hear you again now: go on from there, or say it anew, briefly.';

/** The last few names, for news that comes late. */
class Recent {
  readonly #names: string[] = [];

  has(name: string): boolean {
    return this.#names.includes(name);
  }

  add(name: string): void {
    if (this.#names.at(-1) === name) return;
    this.#names.push(name);
    if (this.#names.length > MOST_NAMES) this.#names.shift();
  }
}

/** Late news is late by an answer or two, not by dozens. */
const MOST_NAMES = 32;
