import type { AudioFormat } from '../audio/format.ts';
import { unreachable } from '../errors.ts';
import type { AgentSaid } from '../ports/facts.ts';
import type { CallTap, Leg, LegEvent } from '../ports/leg.ts';
import type { SessionEvent, SessionLost } from '../ports/session.ts';
import type { DigitsRequest, ToolRunner } from '../ports/tools.ts';
import { type CallPlan, turnRules } from './call-plan.ts';
import { CallWatch } from './call-watch.ts';
import type { Journal } from './journal.ts';
import { Keys } from './listening/keys.ts';
import { Uplink } from './listening/uplink.ts';
import { Voice } from './playout/voice.ts';
import type { Seat } from './seat.ts';
import type { WhenDone } from './tool-work.ts';
import { type Decision, type ForTheCall, factOf } from './turns/decisions.ts';
import type { Due, Leave } from './turns/departure.ts';
import { HOUSE_WORDS, Prompts, STAYS } from './turns/house-words.ts';
import { OwnEar } from './turns/speech-evidence.ts';
import { TurnTaking } from './turns/turn-taking.ts';
import { Work } from './work.ts';

/** What the line and the model may tell a conversation. Their ends are the call's business. */
export type LineNews = Exclude<LegEvent, { type: 'gone' }>;
export type ModelNews = Exclude<SessionEvent, { type: 'lost' }>;

/** What a conversation stands between. */
export interface ConversationEnds {
  readonly plan: CallPlan;
  readonly format: AudioFormat;
  readonly session: Seat;
  readonly tools: ToolRunner;
  readonly journal: Journal;
  readonly tap: CallTap;
  readonly whenDone: WhenDone;
  /** The agent leaves; the caller has heard all there was to hear. */
  readonly leave: (due: Due) => void;
}

/**
 * Caller and model talking.
 *
 * News of both sides is dealt with in the order it comes, at once: nothing here
 * waits, and so nothing has to be called back when the caller cuts in.
 */
export class Conversation {
  readonly #ends: ConversationEnds;
  readonly #voice: Voice;
  readonly #turnTaking: TurnTaking;
  readonly #uplink: Uplink;
  readonly #keys: Keys;
  readonly #work: Work;
  readonly #watch: CallWatch;
  readonly #prompts: Prompts;
  #writing = '';

  constructor(ends: ConversationEnds) {
    const { plan, session, journal, tap, tools, whenDone, format } = ends;
    this.#ends = ends;
    const rules = turnRules(plan);
    const ear = new OwnEar(rules.pauseMs);
    const voice = new Voice(journal, tap, ear.evidence);
    const turnTaking = new TurnTaking(rules, voice, ear, (decision, now) => this.#act(decision, now));
    const prompts = new Prompts();
    const work = new Work({ tools, session, turnTaking, journal, whenDone });
    this.#voice = voice;
    this.#turnTaking = turnTaking;
    this.#prompts = prompts;
    this.#work = work;
    this.#watch = new CallWatch({ plan, turnTaking, voice, work, prompts, journal });
    this.#uplink = new Uplink(format);
    this.#keys = new Keys(session, journal, turnTaking);
    if (typeof plan.instructions === 'string') this.#prompts.set(plan.instructions);
    else whenDone(plan.instructions, (instructions) => this.setInstructions(instructions));
  }

  /** The line is open. What the model has said already is heard now. */
  connect(leg: Leg, now: number): void {
    this.#watch.lineCame();
    this.#uplink.lineChanged();
    this.#turnTaking.connect(leg, now);
  }

  /** The line is gone for a while. */
  disconnect(now: number): void {
    this.#uplink.lineGone();
    this.#watch.lineWent();
    this.#turnTaking.disconnect(now);
  }

  tick(now: number): void {
    this.#uplink.tick(now, this.#turnTaking.callerIsSpeaking);
    this.#voice.tick(now);
    this.#turnTaking.tick(now);
    this.#turnTaking.listen(this.#watch.isLeaving, now);
    this.#work.tick(now);
    if (this.#turnTaking.turnIsOverdue(now)) this.#endTurn(now);
    this.#keys.tick(now);
    const due = this.#voice.isOnTheLine ? this.#watch.tick(now) : null;
    if (due) return this.#ends.leave(due);
    this.#ends.session.tick(() => this.isQuiet(now));
  }

  onLine(news: LineNews, now: number): void {
    switch (news.type) {
      case 'audio':
        this.#ends.tap.callerHeard(news.audio, news.atMs, now);
        this.#uplink.hear(news.audio, news.atMs, now);
        this.#voice.frameCame(news.atMs, now);
        this.#turnTaking.hear(news.audio, now);
        return this.#turnTaking.listen(this.#watch.isLeaving, now);
      case 'mark':
        return this.#voice.markReturned(news.name, now);
      case 'pong':
        return this.#voice.pongCame(news.name, now);
      case 'digit':
        return this.#press(news.digit, now);
      default:
        return unreachable(news);
    }
  }

  onModel(news: ModelNews, now: number): void {
    switch (news.type) {
      case 'ready':
        return this.#begin(news, now);
      case 'speech_started':
        return this.#callerSpeaks(news.itemId, now);
      case 'speech_stopped':
        return this.#turnTaking.callerPauses(news.itemId, now, this.#spokeUntil(news.endedMs, now));
      case 'caller_words':
        return this.#callerSaid(news);
      case 'response_started':
        return this.#turnTaking.answerStarted(news.responseId, news.requestId, now);
      case 'response_refused':
        return this.#turnTaking.refused(news.requestId, news.because, now);
      case 'audio':
        return this.#turnTaking.speak(news.part, news.audio, now);
      case 'words':
        return this.#voice.words(news.part, news.text, now);
      case 'audio_done':
        return this.#turnTaking.partDone(news.part, now);
      case 'writing':
        this.#writing = (this.#writing + news.text).slice(0, MOST_WRITTEN_CHARS);
        this.#watch.answerGoesOn();
        return this.#turnTaking.wrote(news.part.responseId, now);
      case 'tool_call':
        return this.#work.called(news.responseId, news.call);
      case 'remote_call':
        return this.#work.remoteCallBegan(news.call, now);
      case 'remote_call_done':
        return this.#work.remoteCallDone(news.callId, news.result, news.output, now);
      case 'tool_output_taken':
        return this.#work.outputTaken(news.toolCallId);
      case 'response_done':
        return this.#answerDone(news, now);
      case 'out_of_band_answered':
        return;
      case 'problem':
        return this.#ends.journal.note(news);
      default:
        return unreachable(news);
    }
  }

  /** What the caller is hearing at this moment, as far as it is not noted yet. */
  saying(now: number): readonly AgentSaid[] {
    return this.#voice.saying(now);
  }

  /** Nothing is being said, prepared, looked up or done. */
  isQuiet(now: number): boolean {
    return this.#watch.isQuiet(now);
  }

  /** Leaves once the caller has heard what is being said. */
  leave(leave: Leave, now: number): void {
    this.#watch.leave(leave, now);
  }

  collectDigits(request: DigitsRequest, now: number, answer: (keys: string | null) => void): void {
    this.#keys.collect(request, now, answer);
  }

  /** Tells the model something nobody said; it knows it from its next answer on, or speaks of it at once. */
  tell(text: string, by: 'operator' | 'house', isToSpeak: boolean, now: number): void {
    this.#ends.journal.note({ type: 'told', by, text });
    this.#ends.session.add({ type: 'text', from: 'house', text });
    if (isToSpeak) this.#turnTaking.answerTurn(now, 'operator');
  }

  /** The caller could not be connected, and is with the agent again, who is to say so. */
  cameBack(text: string, now: number): void {
    if (this.#ends.session.isVacant) this.#ends.session.open();
    this.#watch.cameBack();
    this.tell(text, 'house', true, now);
  }

  /** What the caller says in writing. */
  read(text: string, now: number): void {
    this.#watch.callerDidSomething();
    this.#work.turnTaken();
    this.#ends.journal.note({ type: 'caller_said', text });
    this.#ends.session.add({ type: 'text', from: 'caller', text });
    this.#turnTaking.answerTurn(now);
  }

  /** Puts a picture before the model, and has it say what it makes of it. */
  show(picture: Uint8Array, mediaType: string, now: number): void {
    this.#ends.journal.note({ type: 'shown', mediaType, bytes: picture.length });
    const dataUrl = `data:${mediaType};base64,${Buffer.from(picture).toString('base64')}`;
    this.#ends.session.add({ type: 'image', dataUrl });
    this.#turnTaking.answerTurn(now);
  }

  /** From its next answer on the model goes by these. */
  setInstructions(instructions: string): void {
    this.#prompts.set(instructions);
  }

  /**
   * True if the call goes on all the same: nobody misses the model of a caller who is with somebody else, and one that
   * has grown old is followed by another.
   */
  modelLost(reason: SessionLost, isMissed: boolean, now: number): boolean {
    const { session } = this.#ends;
    const isFollowed = isMissed && reason === 'expired' && session.hasServed;
    if (isMissed && !isFollowed) return false;
    if (isFollowed) session.open();
    else session.leave();
    this.#turnTaking.sessionLost(this.#work.isRunning, now); // what it asks for is asked of the next one
    this.#work.sessionLost(now);
    this.#uplink.close();
    this.#writing = '';
    return true;
  }

  close(now: number): void {
    this.#keys.close();
    this.#voice.fallSilent(now); // what was heard of the last words is told
    this.#work.close(now);
  }

  /** Does what was decided, in the order it was. */
  #act(decision: Decision, now: number): void {
    const { session, journal } = this.#ends;
    switch (decision.type) {
      case 'ask':
        return session.respond(decision.request);
      case 'commit':
        return session.commitTurn();
      case 'cancel':
        return session.cancel(decision.responseId);
      case 'truncate':
        return session.truncate(decision.part, decision.heardMs);
      case 'caller_began':
      case 'caller_ended':
      case 'held':
      case 'went_on':
      case 'answer_too_long':
        return journal.note(factOf(decision, (at) => journal.msAt(at)));
      case 'interrupted':
        journal.note(factOf(decision, (at) => journal.msAt(at)));
        if (decision.unheardMs > 0 && session.capabilities?.truncates === false)
          this.tell(HOUSE_WORDS.cutOff, 'house', false, now);
        return;
      case 'hears_again':
        return this.tell(HOUSE_WORDS.lineWasDead, 'house', true, now);
      case 'turn_unheard':
        return this.tell(HOUSE_WORDS.turnUnheard, 'house', decision.isOver, now);
      case 'turn_taken':
      case 'answer_began':
      case 'answer_given':
      case 'answer_goes_on':
      case 'answer_failed':
      case 'answer_hopeless':
      case 'answer_over':
        return this.#goBy(decision, now);
      default:
        return unreachable(decision);
    }
  }

  #goBy(decision: ForTheCall, now: number): void {
    this.#watch.decided(decision, now);
    this.#work.decided(decision, now);
    const calledOff = decision.type === 'turn_taken' ? this.#watch.callOff() : null;
    if (calledOff) this.tell(STAYS[calledOff.kind], 'house', false, now);
  }

  #begin({ capabilities }: Extract<ModelNews, { type: 'ready' }>, now: number): void {
    const { journal, plan, format, session } = this.#ends;
    const isFirst = session.generation === 0;
    if (!isFirst) journal.nextSession();
    journal.note({ type: 'model_ready' });
    this.#turnTaking.open(capabilities, format, now);
    const greeting = isFirst ? this.#prompts.greeting(plan.greeting) : null;
    if (greeting) this.#turnTaking.ask(greeting, now); // before the model hears a word: nobody has interrupted yet
    this.#uplink.open(session, capabilities.formats.input);
  }

  #callerSaid({ itemId, text, transcription }: Extract<ModelNews, { type: 'caller_words' }>): void {
    const turn = itemId === null ? {} : { itemId };
    this.#ends.journal.note({ type: 'caller_said', ...turn, text, ...(transcription && { transcription }) });
  }

  #callerSpeaks(itemId: string | null, now: number): void {
    this.#turnTaking.callerSpeaks(itemId, this.#watch.isLeaving, now);
  }

  /** Nobody has said that the caller's turn is over, but so it is. */
  #endTurn(now: number): void {
    this.#ends.journal.note({ type: 'problem', code: 'turn_end_lost' });
    const isManual = this.#ends.plan.turnDetection.type === 'manual';
    if (isManual && this.#turnTaking.callerWasHeard(now)) this.#ends.session.commitTurn();
    this.#turnTaking.endTurn(now);
  }

  /** When the caller said the last of it: as long ago as what they have been silent for since. */
  #spokeUntil(endedMs: number | undefined, now: number): number | null {
    return endedMs === undefined ? null : now - Math.max(0, this.#uplink.deliveredMs - endedMs);
  }

  #answerDone(news: Extract<ModelNews, { type: 'response_done' }>, now: number): void {
    const { responseId, outcome, reason, usage } = news;
    if (this.#writing !== '')
      this.#ends.journal.note({ type: 'agent_wrote', responseId, text: this.#writing });
    this.#writing = '';
    const why = reason === undefined ? {} : { reason };
    this.#ends.journal.note({ type: 'response_done', responseId, outcome, ...why, usage });
    this.#turnTaking.answerDone(responseId, outcome, now);
  }

  #press(digit: string, now: number): void {
    this.#watch.callerDidSomething();
    this.#ends.journal.note({ type: 'digit', digit: this.#keys.shown(digit) });
    if (this.#ends.plan.turnDetection.type === 'manual' && this.#holdToTalk(digit, now)) return;
    this.#keys.press(digit, now);
  }

  /** Where the model does not notice turns: star begins to talk, hash has said it. */
  #holdToTalk(digit: string, now: number): boolean {
    const { session } = this.#ends;
    if (digit === '*') {
      session.discardTurn();
      this.#callerSpeaks(null, now);
    } else if (digit === '#') {
      session.commitTurn();
      this.#turnTaking.callerPauses(null, now);
    } else return false;
    return true;
  }
}

/** More than anybody has read aloud. */
const MOST_WRITTEN_CHARS = 20_000;
