import type { Session } from '../ports/session.ts';
import type { ToolCall, ToolOutcome, ToolRunner } from '../ports/tools.ts';
import type { Fillers } from './turns/fillers.ts';
import type { TurnTaking } from './turns/turn-taking.ts';

/** Runs something that takes a while, and goes on with what came of it as a part of this call. */
export type WhenDone = <Result>(work: Promise<Result>, goOn: (result: Result, now: number) => void) => void;

/**
 * What the model asks to be looked up or done, and the one answer that follows it.
 *
 * Calls of one answer run side by side once it is complete; what comes of them is
 * handed over in their order, and then the model is asked to speak, once: unless an
 * answer that knows it all has begun by itself in the meantime.
 */
export class ToolWork {
  readonly #runner: ToolRunner;
  readonly #session: Session;
  readonly #turnTaking: TurnTaking;
  readonly #fillers: Fillers;
  readonly #whenDone: WhenDone;
  /** Rounds of tools since the caller last spoke that were one too many. */
  #circles = 0;
  readonly #put: { readonly responseId: string; readonly call: ToolCall }[] = [];
  #batches: Batch[] = [];
  #unanswered: Unanswered[] = [];

  constructor(
    runner: ToolRunner,
    session: Session,
    turnTaking: TurnTaking,
    fillers: Fillers,
    whenDone: WhenDone,
  ) {
    this.#runner = runner;
    this.#session = session;
    this.#turnTaking = turnTaking;
    this.#fillers = fillers;
    this.#whenDone = whenDone;
  }

  /** Something is being looked up or done. */
  get isRunning(): boolean {
    return this.#batches.length > 0;
  }

  /** Something that the caller may be told about is being looked up or done. */
  get keepsWaiting(): boolean {
    return this.#batches.some((batch) => this.#fillerOf(batch) !== null);
  }

  turnBegan(): void {
    this.#circles = 0;
    this.#runner.turnBegan();
  }

  called(responseId: string, call: ToolCall): void {
    this.#put.push({ responseId, call });
    if (this.#put.length > MOST_PUT) this.#put.shift(); // of an answer whose end was lost
  }

  /** The answer that the calls belong to is over: they are run if it was all said. */
  answerDone(responseId: string, wasCompleted: boolean, now: number): void {
    const calls = this.#put.filter((put) => put.responseId === responseId).map((put) => put.call);
    if (calls.length === 0) return;
    this.#put.splice(0, this.#put.length, ...this.#put.filter((put) => put.responseId !== responseId));
    if (!wasCompleted) {
      for (const { callId } of calls)
        this.#session.add({ type: 'tool_output', toolCallId: callId, output: NOT_RUN });
      return;
    }
    const batch: Batch = {
      name: `tools of ${responseId}`,
      responseId,
      calls,
      outcomes: new Map(),
      isOfEarlierSession: false,
    };
    this.#batches.push(batch);
    this.#fillers.waits(batch.name, () => this.#fillerOf(batch), now);
    for (const call of calls) {
      this.#whenDone(this.#runner.run(call, responseId), (outcome, later) =>
        this.#returned(batch, call, outcome, later),
      );
    }
  }

  /** The model has taken in what a tool said: answers that begin from now on know it. */
  outputTaken(toolCallId: string): void {
    for (const { missing } of this.#unanswered) missing.delete(toolCallId);
  }

  /** One that is about something, and not only to pass the time. */
  answerStarted(requestId: string | null): void {
    for (const { requestId: ours, missing } of this.#unanswered) {
      if (missing.size === 0 && ours !== requestId) this.#turnTaking.withdraw(ours);
    }
    this.#unanswered = this.#unanswered.filter(
      ({ missing, requestId: ours }) => missing.size > 0 && ours !== requestId,
    );
  }

  /** The model that asked for this is gone. Who takes its place is told what came of it, in words. */
  sessionLost(): void {
    this.#put.length = 0;
    this.#unanswered = [];
    for (const batch of this.#batches) batch.isOfEarlierSession = true;
  }

  close(): void {
    this.#runner.close();
  }

  #returned(batch: Batch, call: ToolCall, outcome: ToolOutcome, now: number): void {
    batch.outcomes.set(call.callId, outcome);
    if (batch.calls.some(({ callId }) => !batch.outcomes.has(callId))) return;

    this.#batches = this.#batches.filter((other) => other !== batch);
    this.#fillers.isOver(batch.name);
    for (const { callId, name } of batch.calls) {
      const output = batch.outcomes.get(callId)?.output ?? NOT_RUN;
      const inWords = { type: 'text', from: 'house', text: `The tool ${name} says: ${output}` } as const;
      const item = { type: 'tool_output', toolCallId: callId, output } as const;
      this.#session.add(batch.isOfEarlierSession ? inWords : item);
    }
    if ([...batch.outcomes.values()].some((each) => each.isLoop)) return this.#endLoop(batch, now);
    const wantsAnswer = [...batch.outcomes.values()].some((each) => each.wantsAnswer);
    if (!wantsAnswer && this.#turnTaking.hasSpokenIn(batch.responseId)) return; // all was said along with the call
    this.#ask(batch, {}, now);
  }

  /** One answer without tools, and whoever asks for some all the same gets no further with it. */
  #endLoop(batch: Batch, now: number): void {
    this.#circles += 1;
    if (this.#circles === 1) this.#ask(batch, { withoutTools: true }, now);
    else if (!this.#turnTaking.hasSpokenIn(batch.responseId)) this.#turnTaking.goesInCircles(now);
  }

  #ask({ calls, isOfEarlierSession }: Batch, how: { readonly withoutTools?: true }, now: number): void {
    const requestId = this.#turnTaking.ask({ purpose: 'tool_results', ...how }, now);
    if (isOfEarlierSession) return; // nobody says that it was taken
    this.#unanswered.push({ requestId, missing: new Set(calls.map(({ callId }) => callId)) });
  }

  /** How to speak of the first of these calls that is not done yet; null if they are not to be talked over. */
  #fillerOf({ calls, outcomes }: Batch): string | null {
    const words = calls
      .filter(({ callId }) => !outcomes.has(callId))
      .map(({ name }) => this.#runner.fillerFor(name))
      .find((filler) => filler !== null);
    return words === undefined ? null : `Say exactly this, and nothing else: "${words}"`;
  }
}

interface Batch {
  readonly name: string;
  readonly responseId: string;
  readonly calls: readonly ToolCall[];
  readonly outcomes: Map<string, ToolOutcome>;
  isOfEarlierSession: boolean;
}

/** An answer that is wanted about some outputs, and those of them the model has not acknowledged. */
interface Unanswered {
  readonly requestId: string;
  readonly missing: Set<string>;
}

/** More than twice as many as one answer may put, and each is bounded. */
const MOST_PUT = 40;

const NOT_RUN = JSON.stringify({
  error: 'Not done: the caller began to speak first. Ask for it again if it is still wanted.',
});
