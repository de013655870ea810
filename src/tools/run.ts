import type { Cancel, Clock } from '../ports/clock.ts';
import type { CallControl, ToolOutcome } from '../ports/tools.ts';
import { answerAsk, type ControlAsk } from './call-handle.ts';
import type { ToolHost } from './host/tool-host.ts';
import type { HouseLog } from './house-log.ts';
import type { ToolReply } from './invoke.ts';
import { answerTo } from './output.ts';
import type { ToolSpec } from './tool-spec.ts';

/**
 * One request of the model, from its start to its answer.
 *
 * The answer comes from whatever is first: the tool, the time limit, or the end of the call. What comes after it is
 * late news: the result is dropped, and the tool has no say in the call any more. A tool that writes is never told
 * to stop; it may still leave a note and send its text when it comes to an end.
 */
export class Run {
  readonly #card: ToolSpec;
  readonly #control: CallControl;
  readonly #around: RunSurroundings;
  readonly #allowOnly: (tools: readonly string[]) => void;
  readonly #abort = new AbortController();
  readonly #verdict = Promise.withResolvers<'timed_out' | 'call_ended'>();
  #deadline: Deadline | null = null;
  #answered: 'not_yet' | 'in_time' | 'too_late' = 'not_yet';
  #callIsOver = false;

  constructor(
    card: ToolSpec,
    control: CallControl,
    around: RunSurroundings,
    allowOnly: (tools: readonly string[]) => void,
  ) {
    this.#card = card;
    this.#control = control;
    this.#around = around;
    this.#allowOnly = allowOnly;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** What the model is told; `reply` may be the one of an earlier run that this one joins. */
  async outcomeOf(reply: Promise<ToolReply>): Promise<ToolOutcome> {
    this.#deadline = new Deadline(this.#card.deadlineMs, this.#around.clock, () => this.#giveUp('timed_out'));
    const first = await Promise.race([reply, this.#verdict.promise]);
    this.#answered = typeof first === 'string' ? 'too_late' : 'in_time';
    this.#deadline.stop();
    if (typeof first !== 'string') {
      const { result, output } = first;
      return { result, output, wantsAnswer: !(result === 'ok' && this.#card.isSilent) };
    }
    return { result: first, output: answerTo(first, this.#card.writes), wantsAnswer: first === 'timed_out' };
  }

  /** The call is over. What writes goes on to its end, and is waited for. */
  callEnded(): void {
    this.#callIsOver = true;
    if (!this.#card.writes) this.#giveUp('call_ended');
  }

  /** The tool has come to its end, perhaps long after the model was answered. */
  toolIsDone(): void {
    if (this.#answered === 'too_late' && this.#card.writes)
      this.#control.note(`${this.#card.name} came to its end after its time limit.`);
  }

  /** What the tool asks of the call. */
  async ask(ask: ControlAsk): Promise<unknown> {
    const isHarmless = ask.type === 'note' || ask.type === 'send_text';
    if ((this.#answered !== 'not_yet' || this.#callIsOver) && !(this.#card.writes && isHarmless)) {
      throw new Error('This run is over: it has no say in the call any more.');
    }
    if (ask.type === 'transfer' && !this.#around.transferTargets.has(ask.target)) {
      const names = [...this.#around.transferTargets].join(', ') || 'none';
      return { ok: false, because: `There is no such target. Those there are: ${names}.` };
    }
    if (ask.type === 'update' && ask.tools) this.#allowOnly(ask.tools);
    const answer = answerAsk(this.#control, ask);
    // The caller's time is not the tool's.
    return ask.type === 'collect_digits' && this.#deadline ? this.#deadline.standStillFor(answer) : answer;
  }

  #giveUp(because: 'timed_out' | 'call_ended'): void {
    this.#verdict.resolve(because);
    if (!this.#card.writes) this.#abort.abort(new Error(`The result is no longer wanted: ${because}.`));
  }
}

/** A time limit that stands still while a tool waits for the caller rather than for itself. */
class Deadline {
  readonly #clock: Clock;
  readonly #passed: () => void;
  #leftMs: number;
  #since: number;
  #waits = 0;
  #cancel: Cancel;

  constructor(ms: number, clock: Clock, passed: () => void) {
    this.#clock = clock;
    this.#passed = passed;
    this.#leftMs = ms;
    this.#since = clock.now();
    this.#cancel = clock.after(ms, passed);
  }

  async standStillFor<T>(wait: Promise<T>): Promise<T> {
    this.#waits += 1;
    if (this.#waits === 1) {
      this.#cancel();
      this.#leftMs -= this.#clock.now() - this.#since;
    }
    try {
      return await wait;
    } finally {
      this.#waits -= 1;
      if (this.#waits === 0) {
        this.#since = this.#clock.now();
        this.#cancel = this.#clock.after(Math.max(0, this.#leftMs), this.#passed);
      }
    }
  }

  /** For good: also a wait that ends later does not start it again. */
  stop(): void {
    this.#waits = Number.POSITIVE_INFINITY;
    this.#cancel();
  }
}

/** A tool, and where it runs. */
export interface Placed {
  readonly card: ToolSpec;
  readonly host: ToolHost;
}

/** What every run of an agent's tools is surrounded by. */
export interface RunSurroundings {
  readonly clock: Clock;
  readonly log: HouseLog;
  /** The names a caller may be transferred to. */
  readonly transferTargets: ReadonlySet<string>;
  /** What no log line may show, wherever it comes from: the values of the agent's environment. */
  readonly secrets: readonly string[];
}
