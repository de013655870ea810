import type { AudioFormat } from '../audio/format.ts';
import { unreachable } from '../errors.ts';
import type { CallTap } from '../ports/call-tap.ts';
import type { AgentSaid } from '../ports/facts.ts';
import type { Leg, LegEvent } from '../ports/leg.ts';
import type { ResponseOutcome, ResponsePurpose, Session, SessionEvent } from '../ports/session.ts';
import type { DigitsRequest, ToolRunner } from '../ports/tools.ts';
import type { CallPlan } from './call-plan.ts';
import type { Journal } from './journal.ts';
import { Keys } from './listening/keys.ts';
import { Uplink } from './listening/uplink.ts';
import { RemoteCalls } from './remote-calls.ts';
import { ToolWork, type WhenDone } from './tool-work.ts';
import { AnswerWatch, type Rescue, type WaitedFor } from './turns/answer-watch.ts';
import { Departure, type Due, type Leave } from './turns/departure.ts';
import { Fillers } from './turns/fillers.ts';
import { greetingRequest } from './turns/greeting.ts';
import { HOUSE_WORDS, IMPATIENT, STAYS } from './turns/house-words.ts';
import type { Wanted } from './turns/response-queue.ts';
import { type Impatience, Patience } from './turns/silence-watch.ts';
import { turnRules } from './turns/turn-rules.ts';
import { TurnTaking } from './turns/turn-taking.ts';

/** What the line and the model may tell a conversation. Their ends are the call's business. */
export type LineNews = Exclude<LegEvent, { type: 'gone' }>;
export type ModelNews = Exclude<SessionEvent, { type: 'lost' }>;

/** What a conversation stands between. */
export interface ConversationEnds {
  readonly plan: CallPlan;
  readonly format: AudioFormat;
  readonly session: Session;
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
  readonly #turnTaking: TurnTaking;
  readonly #uplink: Uplink;
  readonly #fillers: Fillers;
  readonly #tools: ToolWork;
  readonly #remoteCalls: RemoteCalls;
  readonly #departure = new Departure();
  readonly #patience: Patience;
  readonly #watch = new AnswerWatch();
  readonly #keys: Keys;
  #instructions = '';
  #writing = '';
  #isConnected = false;

  constructor(ends: ConversationEnds) {
    const { plan, session, journal, tap, tools, whenDone, format } = ends;
    this.#ends = ends;
    this.#turnTaking = new TurnTaking(turnRules(plan), session, journal, tap, {
      turnTaken: (now) => this.#turnTaken(now),
      hearsAgain: (now) => this.tell(HOUSE_WORDS.lineWasDead, 'house', true, now),
    });
    this.#uplink = new Uplink(format);
    this.#keys = new Keys(session, journal, this.#turnTaking);
    this.#fillers = new Fillers(this.#turnTaking);
    const goesInCircles = (now: number) => this.#watch.goesInCircles(now);
    this.#tools = new ToolWork(tools, session, this.#turnTaking, this.#fillers, whenDone, goesInCircles);
    this.#remoteCalls = new RemoteCalls(this.#turnTaking, this.#fillers, journal, goesInCircles);
    this.#patience = new Patience(plan.silence, plan.maxDurationMs, plan.beforeTheEnd.noticeMs);
    if (typeof plan.instructions === 'string') this.#instructions = plan.instructions;
    else whenDone(plan.instructions, (instructions) => this.setInstructions(instructions));
  }

  /** The line is open. What the model has said already is heard now. */
  connect(leg: Leg, now: number): void {
    this.#isConnected = true;
    this.#watch.settled();
    this.#uplink.lineChanged();
    this.#turnTaking.connect(leg, now);
  }

  /** The line is gone for a while. */
  disconnect(now: number): void {
    this.#isConnected = false;
    this.#uplink.lineGone();
    this.#departure.callOff(); // whoever is gone cannot be left
    this.#turnTaking.disconnect(now);
  }

  tick(now: number): void {
    this.#uplink.tick(now, this.#turnTaking.callerIsSpeaking);
    this.#turnTaking.tick(now);
    this.#remoteCalls.tick(now);
    this.#fillers.tick(now);
    if (this.#turnTaking.turnIsOverdue(now)) this.#endTurn(now);
    this.#keys.tick(now);
    if (this.#isConnected) this.#look(now);
  }

  /** How it goes for the caller, who is on the line. */
  #look(now: number): void {
    const rescue = this.#watch.tick(this.#waitedFor(now), this.#turnTaking.isDead(now), now);
    if (rescue === 'give_up') return this.#giveUp();
    if (rescue) this.#rescue(rescue, now);
    const isQuiet = this.isQuiet(now);
    const due = this.#departure.due(isQuiet, this.#turnTaking.heardAt, now);
    if (due) return this.#ends.leave(due);
    const impatience = this.#patience.tick(isQuiet, now);
    if (impatience) this.#lose(impatience, now);
  }

  onLine(news: LineNews, now: number): void {
    switch (news.type) {
      case 'audio':
        this.#ends.tap.callerHeard(news.audio, news.atMs, now);
        this.#uplink.hear(news.audio, news.atMs, now);
        return this.#turnTaking.hear(news.audio, news.atMs, now);
      case 'mark':
        return this.#turnTaking.markReturned(news.name, now);
      case 'pong':
        return this.#turnTaking.pongCame(news.name, now);
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
        return this.#answerStarted(news.responseId, news.requestId, now);
      case 'response_refused':
        return this.#refused(news.requestId, news.because, now);
      case 'audio':
        return this.#turnTaking.speak(news.part, news.audio, now);
      case 'words':
        return this.#turnTaking.words(news.part, news.text, now);
      case 'audio_done':
        return this.#turnTaking.partDone(news.part, now);
      case 'writing':
        this.#writing = (this.#writing + news.text).slice(0, MOST_WRITTEN_CHARS);
        this.#watch.signOfLife();
        return this.#turnTaking.wrote(news.part.responseId, now);
      case 'tool_call':
        return this.#tools.called(news.responseId, news.call);
      case 'remote_call':
        return this.#remoteCalls.began(news.call, now);
      case 'remote_call_done':
        return this.#remoteCalls.done(news.callId, news.result, news.output, now);
      case 'tool_output_taken':
        return this.#tools.outputTaken(news.toolCallId);
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

  /** Nothing is being said, prepared, looked up or done. */
  saying(now: number): readonly AgentSaid[] {
    return this.#turnTaking.saying(now);
  }

  isQuiet(now: number): boolean {
    return this.#turnTaking.isQuiet(now) && !this.#isWorking && !this.#watch.isRescuing;
  }

  get #isWorking(): boolean {
    return this.#tools.isRunning || this.#remoteCalls.isRunning;
  }

  /** Leaves once the caller has heard what is being said. */
  leave(leave: Leave, now: number): void {
    this.#departure.plan(leave, now);
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
    this.#patience.sign();
    this.#watch.settled();
    this.tell(text, 'house', true, now);
  }

  /** What the caller says in writing. */
  read(text: string, now: number): void {
    this.#patience.sign();
    this.#tools.turnBegan();
    this.#remoteCalls.turnBegan();
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
    this.#instructions = instructions;
  }

  close(now: number): void {
    this.#turnTaking.close(now);
    this.#tools.close();
    this.#remoteCalls.close(now);
  }

  #begin({ capabilities }: Extract<ModelNews, { type: 'ready' }>, now: number): void {
    const { journal, plan, format, session } = this.#ends;
    journal.note({ type: 'model_ready' });
    this.#turnTaking.open(capabilities, format, now);
    const greeting = greetingRequest(plan.greeting, this.#instructions);
    if (greeting) this.#turnTaking.ask(greeting, now); // before the model hears a word: nobody has interrupted yet
    this.#uplink.open(session, capabilities.input);
  }

  #callerSaid({ itemId, text, transcription }: Extract<ModelNews, { type: 'caller_words' }>): void {
    const turn = itemId === null ? {} : { itemId };
    this.#ends.journal.note({ type: 'caller_said', ...turn, text, ...(transcription && { transcription }) });
  }

  #callerSpeaks(itemId: string | null, now: number): void {
    this.#turnTaking.callerSpeaks(itemId, this.#departure.isOpen, now);
  }

  /** The caller means it. */
  #turnTaken(now: number): void {
    this.#patience.sign();
    this.#watch.settled();
    this.#tools.turnBegan();
    this.#remoteCalls.turnBegan();
    const calledOff = this.#departure.callOff();
    if (calledOff) this.tell(STAYS[calledOff.kind], 'house', false, now);
  }

  /** Nobody has said that the caller's turn is over, but so it is. */
  #endTurn(now: number): void {
    this.#ends.journal.note({ type: 'problem', code: 'turn_end_lost' });
    const isManual = this.#ends.plan.turnDetection.type === 'manual';
    if (isManual && this.#turnTaking.callerWasHeard(now)) this.#ends.session.commitTurn();
    this.#turnTaking.endTurn(now);
  }

  #waitedFor(now: number): WaitedFor {
    if (this.#isWorking) return this.#tools.keepsWaiting || this.#remoteCalls.isRunning ? 'tool' : 'caller';
    return this.#turnTaking.owesAnswer(now) ? 'answer' : null;
  }

  #rescue(rescue: Exclude<Rescue, 'give_up'>, now: number): void {
    switch (rescue) {
      case 'reassure':
        return this.#turnTaking.reassure(now);
      case 'ask_again':
        this.#ends.journal.note({ type: 'problem', code: 'answer_asked_again' });
        return this.#turnTaking.askAgain(now);
      case 'apologise':
        this.#ends.journal.note({ type: 'problem', code: 'answer_given_up' });
        return this.#turnTaking.sayInstead(this.#task('apology', HOUSE_WORDS.apologise), now);
      default:
        return unreachable(rescue);
    }
  }

  /** There is a connection and nobody at its other end: what is left to say, the carrier says. */
  #giveUp(): void {
    this.#ends.journal.note({ type: 'problem', code: 'model_gives_no_answer' });
    this.#ends.leave({ leave: { kind: 'hang_up', reason: 'model_lost' }, isUnsaid: true });
  }

  #answerStarted(responseId: string, requestId: string | null, now: number): void {
    const purpose = this.#turnTaking.purposeOf(requestId);
    this.#fillers.answerStarted(responseId, purpose);
    if (purpose !== 'filler') {
      this.#watch.begins();
      this.#tools.answerStarted(requestId);
      this.#remoteCalls.answerStarted(requestId);
    }
    this.#turnTaking.answerStarted(responseId, requestId, now);
  }

  #refused(requestId: string | null, because: 'busy' | 'rejected', now: number): void {
    this.#turnTaking.refused(requestId, because, now);
    const isFiller = this.#turnTaking.purposeOf(requestId) === 'filler';
    if (because === 'rejected' && !isFiller) this.#watch.goesInCircles(now); // it would be again
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
    this.#judge(responseId, outcome, now);
    this.#turnTaking.answerDone(responseId, outcome === 'failed' || outcome === 'incomplete', now);
    this.#tools.answerDone(responseId, outcome === 'completed', now);
    this.#remoteCalls.answerDone(responseId, outcome === 'completed', now);
  }

  /** Whether the caller has got an answer, or is still owed one. */
  #judge(responseId: string, outcome: ResponseOutcome, now: number): void {
    if (this.#turnTaking.isDiscarded(responseId) || this.#fillers.isAnswer(responseId)) return;
    const hasSpoken = this.#turnTaking.hasSpokenIn(responseId);
    const isShort = outcome === 'failed' || outcome === 'incomplete';
    if (isShort && !(hasSpoken && this.#watch.hasTried)) this.#watch.failed(now);
    else if (hasSpoken) this.#watch.settled();
    else this.#watch.goesOn();
  }

  #press(digit: string, now: number): void {
    this.#patience.sign();
    this.#watch.signOfLife();
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

  /** One thing to say, and nothing to be looked up for it. */
  #task(purpose: ResponsePurpose, task: string): Wanted {
    // Instructions for one answer replace the conversation's own, so those are repeated.
    return { purpose, instructions: `${this.#instructions}\n\n${task}`, withoutTools: true };
  }

  #lose(impatience: Impatience, now: number): void {
    const say = (task: string, purpose: ResponsePurpose = 'goodbye') =>
      void this.#turnTaking.ask(this.#task(purpose, task), now);
    switch (impatience) {
      case 'ask':
        this.#ends.journal.note({ type: 'silence_prompted' });
        return say(IMPATIENT.ask, 'silence_check');
      case 'say_goodbye':
        say(IMPATIENT.say_goodbye);
        return this.leave({ kind: 'hang_up', reason: 'caller_silent' }, now);
      case 'announce_end':
        return say(this.#ends.plan.beforeTheEnd.about);
      case 'end':
        say(IMPATIENT.end);
        return this.leave({ kind: 'hang_up', reason: 'too_long' }, now);
      default:
        return unreachable(impatience);
    }
  }
}

/** More than anybody has read aloud. */
const MOST_WRITTEN_CHARS = 20_000;
