import { unreachable } from '../errors.ts';
import type { ResponsePurpose } from '../ports/session.ts';
import type { CallPlan } from './call-plan.ts';
import type { Journal } from './journal.ts';
import type { Voice } from './playout/voice.ts';
import { AnswerWatch, type Rescue, type WaitedFor } from './turns/answer-watch.ts';
import type { ForTheCall } from './turns/decisions.ts';
import { Departure, type Due, type Leave } from './turns/departure.ts';
import { HOUSE_WORDS, IMPATIENT, type Prompts } from './turns/house-words.ts';
import { type Impatience, Patience } from './turns/silence-watch.ts';
import type { TurnTaking } from './turns/turn-taking.ts';
import type { Work } from './work.ts';

export interface CallWatchParts {
  readonly plan: CallPlan;
  readonly turnTaking: TurnTaking;
  readonly voice: Voice;
  readonly work: Work;
  readonly prompts: Prompts;
  readonly journal: Journal;
}

/**
 * Sees to it that the caller gets an answer, that silence does not last, and that the call ends: what is due because
 * time has passed, and not because somebody said something.
 */
export class CallWatch {
  readonly #plan: CallPlan;
  readonly #turnTaking: TurnTaking;
  readonly #voice: Voice;
  readonly #work: Work;
  readonly #prompts: Prompts;
  readonly #journal: Journal;
  readonly #answers = new AnswerWatch();
  readonly #silence: Patience;
  readonly #departure = new Departure();

  constructor({ plan, turnTaking, voice, work, prompts, journal }: CallWatchParts) {
    this.#plan = plan;
    this.#turnTaking = turnTaking;
    this.#voice = voice;
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
    const due = this.#departure.due(isQuiet, this.#voice.heardAt, now);
    if (due) return due;
    const impatience = this.#silence.tick(isQuiet, now);
    if (impatience) this.#lose(impatience, now);
    return null;
  }

  /** Leaves once the caller has heard what is being said. */
  leave(leave: Leave, now: number): void {
    this.#departure.plan(leave, now);
  }

  decided(decision: ForTheCall, now: number): void {
    switch (decision.type) {
      case 'turn_taken':
        return this.#settled();
      case 'answer_began':
        return decision.purpose === 'filler' ? undefined : this.#answers.begins();
      case 'answer_given':
        return this.#answers.settled();
      case 'answer_goes_on':
        return this.#answers.goesOn();
      case 'answer_failed':
        if (decision.hasSpoken && this.#answers.hasTried) return this.#answers.settled();
        return this.#answers.failed(now);
      case 'answer_hopeless':
        return this.#answers.goesInCircles(now);
      case 'hears_again':
      case 'turn_unheard':
      case 'answer_over':
        return;
      default:
        return unreachable(decision);
    }
  }

  /** The caller has something to say before they are left. What was to be done, and is not. */
  callOff(): Leave | null {
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
    this.#settled();
  }

  answerGoesOn(): void {
    this.#answers.signOfLife();
  }

  #settled(): void {
    this.#silence.sign();
    this.#answers.settled();
  }

  #waitedFor(now: number): WaitedFor {
    if (this.#work.isRunning) return this.#work.keepsWaiting ? 'tool' : 'caller';
    return this.#turnTaking.owesAnswer(now) ? 'answer' : null;
  }

  #rescue(rescue: Exclude<Rescue, 'give_up'>, now: number): void {
    switch (rescue) {
      case 'reassure':
        return this.#voice.reassure(now);
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
