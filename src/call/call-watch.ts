import { unreachable } from '../errors.ts';
import type { ResponseOutcome, ResponsePurpose } from '../ports/session.ts';
import type { CallPlan } from './call-plan.ts';
import type { Journal } from './journal.ts';
import { AnswerWatch, type Rescue, type WaitedFor } from './turns/answer-watch.ts';
import { Departure, type Due, type Leave } from './turns/departure.ts';
import { HOUSE_WORDS, IMPATIENT } from './turns/house-words.ts';
import type { Prompts } from './turns/prompts.ts';
import { type Impatience, Patience } from './turns/silence-watch.ts';
import type { TurnTaking } from './turns/turn-taking.ts';
import type { Work } from './work.ts';

/**
 * Sees to it that the caller gets an answer, that silence does not last, and that the call ends: what is due because
 * time has passed, and not because somebody said something.
 */
export class CallWatch {
  readonly #plan: CallPlan;
  readonly #turnTaking: TurnTaking;
  readonly #work: Work;
  readonly #prompts: Prompts;
  readonly #journal: Journal;
  readonly #answers = new AnswerWatch();
  readonly #silence: Patience;
  readonly #departure = new Departure();

  constructor(plan: CallPlan, turnTaking: TurnTaking, work: Work, prompts: Prompts, journal: Journal) {
    this.#plan = plan;
    this.#turnTaking = turnTaking;
    this.#work = work;
    this.#prompts = prompts;
    this.#journal = journal;
    this.#silence = new Patience(plan.silence, plan.maxDurationMs, plan.beforeTheEnd.noticeMs);
  }

  /** Nothing is being said, prepared, looked up or done. */
  isQuiet(now: number): boolean {
    return this.#turnTaking.isQuiet(now) && !this.#work.isRunning && !this.#answers.isRescuing;
  }

  /** The agent is about to go, and stays for nothing but words. */
  get isLeaving(): boolean {
    return this.#departure.isOpen;
  }

  /** To be called as time goes by, while the caller is on the line. How to leave, if it is time to. */
  tick(now: number): Due | null {
    const rescue = this.#answers.tick(this.#waitedFor(now), this.#turnTaking.isDead(now), now);
    if (rescue === 'give_up') return this.#giveUp();
    if (rescue) this.#rescue(rescue, now);
    const isQuiet = this.isQuiet(now);
    const due = this.#departure.due(isQuiet, this.#turnTaking.heardAt, now);
    if (due) return due;
    const impatience = this.#silence.tick(isQuiet, now);
    if (impatience) this.#lose(impatience, now);
    return null;
  }

  /** Leaves once the caller has heard what is being said. */
  leave(leave: Leave, now: number): void {
    this.#departure.plan(leave, now);
  }

  /** The caller means it. What was to be left, and is not. */
  turnTaken(): Leave | null {
    this.#silence.sign();
    this.#answers.settled();
    return this.#departure.callOff();
  }

  /** The caller gave a sign of life that nobody heard: a key, a word in writing. */
  callerDidSomething(): void {
    this.#silence.sign();
    this.#answers.signOfLife();
  }

  lineCame(): void {
    this.#answers.settled();
  }

  lineWent(): void {
    this.#departure.callOff(); // whoever is gone cannot be left
  }

  /** The caller could not be connected, and is with the agent again. */
  cameBack(): void {
    this.#silence.sign();
    this.#answers.settled();
  }

  answerStarted(purpose: ResponsePurpose | null): void {
    if (purpose !== 'filler') this.#answers.begins();
  }

  answerGoesOn(): void {
    this.#answers.signOfLife();
  }

  answerRefused(purpose: ResponsePurpose | null, because: 'busy' | 'rejected', now: number): void {
    if (because === 'rejected' && purpose !== 'filler') this.#answers.goesInCircles(now); // it would be again
  }

  /** The caller has got an answer, or is still owed one. */
  answerDone(responseId: string, outcome: ResponseOutcome, now: number): void {
    if (this.#turnTaking.isDiscarded(responseId) || this.#work.isFiller(responseId)) return;
    const hasSpoken = this.#turnTaking.hasSpokenIn(responseId);
    const isShort = outcome === 'failed' || outcome === 'incomplete';
    if (isShort && !(hasSpoken && this.#answers.hasTried)) this.#answers.failed(now);
    else if (hasSpoken) this.#answers.settled();
    else this.#answers.goesOn();
  }

  /** The model asks for tools without end, and says nothing. */
  goesInCircles(now: number): void {
    this.#answers.goesInCircles(now);
  }

  #waitedFor(now: number): WaitedFor {
    if (this.#work.isRunning) return this.#work.keepsWaiting ? 'tool' : 'caller';
    return this.#turnTaking.owesAnswer(now) ? 'answer' : null;
  }

  #rescue(rescue: Exclude<Rescue, 'give_up'>, now: number): void {
    switch (rescue) {
      case 'reassure':
        return this.#turnTaking.reassure(now);
      case 'ask_again':
        this.#journal.note({ type: 'problem', code: 'answer_asked_again' });
        return this.#turnTaking.askAgain(now);
      case 'apologise':
        this.#journal.note({ type: 'problem', code: 'answer_given_up' });
        return this.#turnTaking.sayInstead(this.#prompts.task('apology', HOUSE_WORDS.apologise), now);
      default:
        return unreachable(rescue);
    }
  }

  /** There is a connection and nobody at its other end: what is left to say, the carrier says. */
  #giveUp(): Due {
    this.#journal.note({ type: 'problem', code: 'model_gives_no_answer' });
    return { leave: { kind: 'hang_up', reason: 'model_lost' }, isUnsaid: true };
  }

  #lose(impatience: Impatience, now: number): void {
    switch (impatience) {
      case 'ask':
        this.#journal.note({ type: 'silence_prompted' });
        return this.#say('silence_check', IMPATIENT.ask, now);
      case 'say_goodbye':
        this.#say('goodbye', IMPATIENT.say_goodbye, now);
        return this.leave({ kind: 'hang_up', reason: 'caller_silent' }, now);
      case 'announce_end':
        return this.#say('goodbye', this.#plan.beforeTheEnd.about, now);
      case 'end':
        this.#say('goodbye', IMPATIENT.end, now);
        return this.leave({ kind: 'hang_up', reason: 'too_long' }, now);
      default:
        return unreachable(impatience);
    }
  }

  #say(purpose: ResponsePurpose, task: string, now: number): void {
    this.#turnTaking.ask(this.#prompts.task(purpose, task), now);
  }
}
