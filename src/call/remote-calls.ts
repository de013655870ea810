import type { RemoteCall } from '../ports/session.ts';
import type { ToolResult } from '../ports/tools.ts';
import type { Journal } from './journal.ts';
import type { Fillers } from './turns/fillers.ts';
import type { TurnTaking } from './turns/turn-taking.ts';

/**
 * Tools that the model's own side calls, at servers of its own.
 *
 * It has what came of them without us, but says nothing until it is asked to go on: once, when the last call of an
 * answer is back, and not at all when an answer has begun in the meantime that knows it already.
 */
export class RemoteCalls {
  readonly #turnTaking: TurnTaking;
  readonly #fillers: Fillers;
  readonly #journal: Journal;
  readonly #open = new Map<string, Open>();
  /** What the model was asked to say about calls that are back, and has not begun to. */
  #unanswered: string[] = [];
  /** How many answers of this turn of the caller's called something, whichever they were said to be. */
  #rounds = 0;
  #isInRound = false;

  constructor(turnTaking: TurnTaking, fillers: Fillers, journal: Journal) {
    this.#turnTaking = turnTaking;
    this.#fillers = fillers;
    this.#journal = journal;
  }

  /** Something is being looked up or done. */
  get isRunning(): boolean {
    return this.#open.size > 0;
  }

  /** The caller has said something new: what the model does from here on is no loop. */
  turnBegan(): void {
    this.#rounds = 0;
    this.#isInRound = false;
  }

  began(call: RemoteCall, now: number): void {
    if (this.#open.has(call.callId) || this.#open.size >= MOST_OPEN) return;
    this.#open.set(call.callId, { call, begunAt: now });
    this.#fillers.waits(waitOf(call.callId), () => FILLER, now);
    if (!this.#isInRound) this.#rounds += 1;
    this.#isInRound = true;
    const { callId: toolCallId, server } = call;
    this.#journal.note({
      type: 'tool_called',
      toolCallId,
      name: nameOf(call),
      server,
      arguments: call.arguments.slice(0, MOST_SHOWN_CHARS),
    });
  }

  done(callId: string, result: ToolResult, output: string, now: number): void {
    const open = this.#close(callId, result, output, now);
    if (!open) return;
    if ([...this.#open.values()].some(({ call }) => call.responseId === open.call.responseId)) return;
    if (this.#rounds > MOST_ROUNDS + 1) {
      if (!this.#turnTaking.hasSpokenIn(open.call.responseId)) this.#turnTaking.goesInCircles(now);
      return;
    }
    const isLoop = this.#rounds > MOST_ROUNDS;
    const how = isLoop ? { withoutTools: true } : {};
    this.#unanswered.push(this.#turnTaking.ask({ purpose: 'tool_results', ...how }, now));
  }

  /** An answer that was cut short takes its calls with it: nobody waits for what comes of them. */
  answerDone(responseId: string, wasCompleted: boolean, now: number): void {
    this.#isInRound = false;
    if (wasCompleted) return;
    for (const [callId, { call }] of this.#open) {
      if (call.responseId === responseId) this.#close(callId, 'failed', '', now);
    }
  }

  /** One that is about something, and not only to pass the time. */
  answerStarted(requestId: string | null): void {
    this.#isInRound = false;
    for (const ours of this.#unanswered) if (ours !== requestId) this.#turnTaking.withdraw(ours);
    this.#unanswered = [];
  }

  /** What never comes back is no longer waited for. */
  tick(now: number): void {
    for (const [callId, open] of this.#open) {
      if (now - open.begunAt < MOST_MS) continue;
      this.#journal.note({ type: 'problem', code: 'remote_tool_timed_out' });
      this.done(callId, 'timed_out', '', now);
    }
  }

  /** Whatever its own side was looking up for it, a model that is gone says nothing of it any more. */
  sessionLost(now: number): void {
    for (const callId of this.#open.keys()) this.#close(callId, 'failed', '', now);
    this.#unanswered = [];
    this.#isInRound = false;
  }

  /** The call is over, and so is whatever was under way on it. */
  close(now: number): void {
    for (const callId of this.#open.keys()) this.#close(callId, 'call_ended', '', now);
  }

  #close(callId: string, result: ToolResult, output: string, now: number): Open | null {
    const open = this.#open.get(callId);
    if (!open) return null;
    this.#open.delete(callId);
    this.#journal.note({
      type: 'tool_returned',
      toolCallId: callId,
      name: nameOf(open.call),
      result,
      tookMs: Math.round(now - open.begunAt),
      output: output.slice(0, MOST_SHOWN_CHARS),
    });
    this.#fillers.isOver(waitOf(callId));
    return open;
  }
}

interface Open {
  readonly call: RemoteCall;
  readonly begunAt: number;
}

/** As tools of servers that we reach ourselves are called. */
function nameOf({ server, name }: RemoteCall): string {
  return `${server}_${name}`.slice(0, MOST_NAME_CHARS);
}

function waitOf(callId: string): string {
  return `remote-${callId}`;
}

const FILLER =
  'Say in a few words, in the language of this call, that you are looking it up and it takes a moment. Say nothing else.';

/** Longer than any caller waits: whatever hangs there, the conversation goes on. */
const MOST_MS = 20_000;

/** Answers with such calls in one turn of the caller: beyond this the model goes in circles. */
const MOST_ROUNDS = 8;

const MOST_OPEN = 16;
const MOST_NAME_CHARS = 64;

/** As much as the record keeps of any tool. */
const MOST_SHOWN_CHARS = 16 * 1024;
