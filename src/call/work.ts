import type { RemoteCall, Session } from '../ports/session.ts';
import type { ToolCall, ToolResult, ToolRunner } from '../ports/tools.ts';
import type { Journal } from './journal.ts';
import { RemoteCalls } from './remote-calls.ts';
import { ToolWork, type WhenDone } from './tool-work.ts';
import type { ForTheCall } from './turns/decisions.ts';
import { Fillers } from './turns/fillers.ts';
import type { TurnTaking } from './turns/turn-taking.ts';

export interface WorkParts {
  readonly tools: ToolRunner;
  readonly session: Session;
  readonly turnTaking: TurnTaking;
  readonly journal: Journal;
  readonly whenDone: WhenDone;
}

/** What is looked up or done for the caller, by us or by the model's own side, and what they are told meanwhile. */
export class Work {
  readonly #fillers: Fillers;
  readonly #tools: ToolWork;
  readonly #remoteCalls: RemoteCalls;

  constructor({ tools, session, turnTaking, journal, whenDone }: WorkParts) {
    this.#fillers = new Fillers(turnTaking);
    this.#tools = new ToolWork(tools, session, turnTaking, this.#fillers, whenDone);
    this.#remoteCalls = new RemoteCalls(turnTaking, this.#fillers, journal);
  }

  get isRunning(): boolean {
    return this.#tools.isRunning || this.#remoteCalls.isRunning;
  }

  /** Something that the caller may be told about is being looked up or done. */
  get keepsWaiting(): boolean {
    return this.#tools.keepsWaiting || this.#remoteCalls.isRunning;
  }

  tick(now: number): void {
    this.#remoteCalls.tick(now);
    this.#fillers.tick(now);
  }

  decided(decision: ForTheCall, now: number): void {
    if (decision.type === 'turn_taken') this.turnTaken();
    else if (decision.type === 'answer_began') this.#answerBegan(decision);
    else if (decision.type === 'answer_over') this.#answerOver(decision, now);
  }

  /** The caller has said something new: what the model asks for from here on is no loop. */
  turnTaken(): void {
    this.#tools.turnBegan();
    this.#remoteCalls.turnBegan();
  }

  called(responseId: string, call: ToolCall): void {
    this.#tools.called(responseId, call);
  }

  outputTaken(toolCallId: string): void {
    this.#tools.outputTaken(toolCallId);
  }

  remoteCallBegan(call: RemoteCall, now: number): void {
    this.#remoteCalls.began(call, now);
  }

  remoteCallDone(callId: string, result: ToolResult, output: string, now: number): void {
    this.#remoteCalls.done(callId, result, output, now);
  }

  /** Another model takes the place of the one that asked for this. */
  sessionLost(now: number): void {
    this.#tools.sessionLost();
    this.#remoteCalls.sessionLost(now);
  }

  close(now: number): void {
    this.#tools.close();
    this.#remoteCalls.close(now);
  }

  #answerBegan({ requestId, purpose }: Extract<ForTheCall, { type: 'answer_began' }>): void {
    if (purpose === 'filler') return;
    this.#fillers.answerStarted();
    this.#tools.answerStarted(requestId);
    this.#remoteCalls.answerStarted(requestId);
  }

  #answerOver({ responseId, outcome }: Extract<ForTheCall, { type: 'answer_over' }>, now: number): void {
    this.#tools.answerDone(responseId, outcome === 'completed', now);
    this.#remoteCalls.answerDone(responseId, outcome === 'completed', now);
  }
}
