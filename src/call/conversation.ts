import type { Agent } from '../agents/define-agent.ts';
import type { AudioFormat } from '../audio/format.ts';
import { unreachable } from '../errors.ts';
import type { CallLeg, LegEvent } from '../ports/carrier.ts';
import type { PartId, RealtimeSession, SessionEvent, SessionTraits } from '../ports/model.ts';
import { Downlink } from './downlink.ts';
import { greetingWant } from './greeting.ts';
import { giveWay } from './interruption.ts';
import type { Journal } from './journal.ts';
import { ResponseLedger } from './response-ledger.ts';
import { Uplink } from './uplink.ts';

/** What the line and the model may tell a conversation. Their ends are the call's business. */
export type LineNews = Exclude<LegEvent, { type: 'gone' }>;
export type ModelNews = Exclude<SessionEvent, { type: 'lost' }>;

/**
 * Caller and model talking: who hears what, who speaks when, who gives way.
 *
 * News of both sides is dealt with in the order it comes, at once: nothing here
 * waits, and so nothing has to be called back when the caller cuts in.
 */
export class Conversation {
  readonly #agent: Agent;
  readonly #session: RealtimeSession;
  readonly #journal: Journal;
  readonly #ledger = new ResponseLedger();
  readonly #uplink: Uplink;
  readonly #format: AudioFormat;
  /** Answers of which the caller must not hear one more sound, however late it comes. */
  readonly #outlawed: string[] = [];
  #leg: CallLeg | null = null;
  #voice: { readonly traits: SessionTraits; readonly downlink: Downlink } | null = null;

  constructor(agent: Agent, session: RealtimeSession, format: AudioFormat, journal: Journal) {
    this.#agent = agent;
    this.#session = session;
    this.#journal = journal;
    this.#format = format;
    this.#uplink = new Uplink(format);
  }

  /** The line is open. What the model has said already is heard now. */
  connect(leg: CallLeg, now: number): void {
    this.#leg = leg;
    this.#voice?.downlink.connect(leg, now);
  }

  tick(now: number): void {
    this.#uplink.tick(now, this.#ledger.callerIsSpeaking);
    this.#voice?.downlink.tick(now);
    this.#ask(now);
  }

  onLine(news: LineNews, now: number): void {
    switch (news.type) {
      case 'audio':
        return this.#uplink.hear(news.audio, news.atMs, now);
      case 'mark':
        return this.#voice?.downlink.markReturned(news.name, now);
      case 'digit':
        return this.#journal.note(news);
      default:
        return unreachable(news);
    }
  }

  onModel(news: ModelNews, now: number): void {
    switch (news.type) {
      case 'ready':
        return this.#begin(news.traits, now);
      case 'speech_started':
        return this.#callerSpeaks(now);
      case 'speech_stopped':
        return this.#callerPauses(now);
      case 'caller_words':
        return this.#journal.note({ type: 'caller_said', text: news.text });
      case 'response_started':
        return this.#answerStarted(news.responseId, news.wantId, now);
      case 'response_refused':
        return this.#ledger.refused(news.wantId, news.because, now);
      case 'audio':
        return this.#speak(news.part, news.audio, now);
      case 'words':
        return this.#isOutlawed(news.part)
          ? undefined
          : this.#voice?.downlink.note(news.part, news.text, now);
      case 'audio_done':
        return this.#voice?.downlink.complete(news.part);
      case 'response_done':
        return this.#answerDone(news, now);
      case 'problem':
        return this.#journal.note(news);
      default:
        return unreachable(news);
    }
  }

  #begin(traits: SessionTraits, now: number): void {
    this.#journal.note({ type: 'model_ready' });
    const downlink = new Downlink(traits.output, this.#format, (fact) => this.#journal.note(fact));
    this.#voice = { traits, downlink };
    if (this.#leg) downlink.connect(this.#leg, now);

    const greeting = greetingWant(this.#agent);
    if (greeting) this.#ledger.want(greeting);
    this.#ask(now); // before the model hears a word: whoever is greeted has not interrupted yet
    this.#uplink.open(this.#session, traits.input);
  }

  #callerSpeaks(now: number): void {
    this.#journal.note({ type: 'caller_started_speaking' });
    this.#ledger.callerSpeaks();
    this.#giveWay(now);
  }

  #callerPauses(now: number): void {
    this.#journal.note({ type: 'caller_stopped_speaking' });
    this.#ledger.callerPauses(now, this.#voice?.traits.answersTurns ?? false);
  }

  #giveWay(now: number): void {
    if (!this.#voice || !this.#leg) return;
    const { traits, downlink } = this.#voice;
    const parts = downlink.progress(now);
    const way = giveWay(parts, this.#ledger.runningId, traits.yieldsToSpeech);

    if (way.silenceThePhone) this.#leg.clear(); // before anything else: silence is the part the caller notices
    if (parts.length > 0) downlink.fallSilent(now);
    for (const responseId of way.outlaw) this.#outlaw(responseId);
    if (way.cancel !== null) this.#session.cancel(way.cancel);
    for (const { part, heardMs } of way.truncate) this.#session.truncate(part, heardMs);
    if (parts.length > 0) {
      this.#journal.note({
        type: 'interrupted',
        heardMs: Math.round(way.heardMs),
        unheardMs: Math.round(way.unheardMs),
      });
    }
  }

  #answerStarted(responseId: string, wantId: string | null, now: number): void {
    this.#ledger.started(responseId, wantId, now);
    // Asked for before the caller began, granted after: it would talk over them.
    if (wantId !== null && this.#ledger.callerIsSpeaking) this.#stop(responseId);
  }

  #speak(part: PartId, audio: Uint8Array, now: number): void {
    if (!this.#voice || this.#isOutlawed(part)) return;
    this.#ledger.goesOn(part.responseId, now);
    if (this.#voice.downlink.take(part, audio, now)) return;
    this.#journal.note({ type: 'problem', code: 'answer_too_long' });
    this.#stop(part.responseId);
  }

  #answerDone(news: Extract<ModelNews, { type: 'response_done' }>, now: number): void {
    const { responseId, outcome } = news;
    this.#ledger.done(responseId);
    if (!this.#outlawed.includes(responseId)) this.#voice?.downlink.completeResponse(responseId, now);
    this.#journal.note({ type: 'response_done', responseId, outcome });
    this.#ask(now);
  }

  /** No more of this answer, though what was taken of it may still be heard. */
  #stop(responseId: string): void {
    this.#session.cancel(responseId);
    this.#outlaw(responseId);
  }

  #ask(now: number): void {
    const want = this.#voice && this.#ledger.next(now);
    if (want) this.#session.respond(want);
  }

  #outlaw(responseId: string): void {
    this.#outlawed.push(responseId);
    if (this.#outlawed.length > MOST_OUTLAWED) this.#outlawed.shift();
  }

  #isOutlawed(part: PartId): boolean {
    return this.#outlawed.includes(part.responseId);
  }
}

/** Late news is late by an answer or two, not by dozens. */
const MOST_OUTLAWED = 32;
