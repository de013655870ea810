import { RingdownError } from '../errors.ts';
import type { CallControl, Toolbox, ToolCall, ToolOffer, ToolOutcome, ToolRunner } from '../ports/tools.ts';
import { TOOL_LIMITS } from './define-tool.ts';
import type { ToolHost } from './host/tool-host.ts';
import type { ToolReply } from './invoke.ts';
import { secretValues } from './mask.ts';
import { answerTo, badArguments, cutOutput, REFUSALS, refusal } from './output.ts';
import { type Placed, Run, type RunSurroundings } from './run.ts';
import { kindAndPlace } from './thrown.ts';
import { ToolRecord } from './tool-record.ts';
import { namesTwice } from './tool-spec.ts';
import { canonical, WriteMemory } from './write-memory.ts';

/** Everything an agent can do besides speaking, from wherever it runs. */
export function createToolbox(hosts: readonly ToolHost[], around: RunSurroundings): Toolbox {
  const placed = hosts.flatMap((host) => host.cards.map((card) => ({ card, host })));
  const twice = namesTwice(placed.map(({ card }) => card));
  if (twice.length > 0) {
    throw new RingdownError(
      'BAD_AGENT',
      `Two tools are called ${twice.join(', ')}. Rename one, or take the built-in one of that name out of \`can\`.`,
    );
  }
  const tools = new Map(placed.map((tool) => [tool.card.name, tool]));
  const offers: readonly ToolOffer[] = placed.map(({ card: { name, description, parameters } }) => ({
    name,
    description,
    parameters,
  }));
  return {
    offers,
    open(control) {
      const holds = hosts.map((host) => host.hold());
      const record = new ToolRecord(control, around.clock, around.log);
      return new CallTools(tools, control, around, record, () => {
        for (const letGo of holds) letGo();
      });
    },
  };
}

/** The tools of one call: every request of the model gets exactly one answer, and none is carried out twice. */
class CallTools implements ToolRunner {
  readonly #offer: Offer;
  readonly #control: CallControl;
  readonly #around: RunSurroundings;
  readonly #record: ToolRecord;
  readonly #limits = new TurnLimits();
  readonly #writes: WriteMemory;
  /** By the model's own name of the request. */
  readonly #outcomes = new Map<string, Promise<ToolOutcome>>();
  readonly #runs: RunsUnderWay;

  constructor(
    tools: ReadonlyMap<string, Placed>,
    control: CallControl,
    around: RunSurroundings,
    record: ToolRecord,
    released: () => void,
  ) {
    this.#offer = new Offer(tools);
    this.#control = control;
    this.#around = around;
    this.#record = record;
    this.#runs = new RunsUnderWay(released);
    this.#writes = new WriteMemory(control.callId);
  }

  run(call: ToolCall, responseId: string): Promise<ToolOutcome> {
    const earlier = this.#outcomes.get(call.callId);
    if (earlier) return earlier;
    const outcome = this.#answer(call, responseId);
    this.#outcomes.set(call.callId, outcome);
    return outcome;
  }

  fillerFor(name: string): string | null {
    return this.#offer.find(name)?.card.filler ?? null;
  }

  turnBegan(): void {
    this.#limits.turnBegan();
  }

  close(): void {
    this.#runs.close();
  }

  async #answer(call: ToolCall, responseId: string): Promise<ToolOutcome> {
    const tool = this.#offer.find(call.name);
    const returned = this.#record.called(call, tool?.card.secret ?? null);
    const outcome = await this.#outcomeOf(call, tool, responseId);
    returned(outcome);
    return outcome;
  }

  async #outcomeOf(call: ToolCall, tool: Placed | undefined, responseId: string): Promise<ToolOutcome> {
    if (this.#runs.isClosed) {
      return { output: answerTo('call_ended', false), result: 'call_ended', wantsAnswer: false };
    }
    const admitted = this.#limits.admit(responseId);
    if (!admitted.ok) {
      const { sentence, isLoop } = admitted;
      return { output: refusal(sentence), result: 'refused', wantsAnswer: true, ...(isLoop && { isLoop }) };
    }
    if (!tool) {
      return { output: answerTo('unknown_tool', false), result: 'unknown_tool', wantsAnswer: true };
    }
    if (!this.#offer.isAllowed(call.name)) {
      return { output: refusal(REFUSALS.notAllowedNow), result: 'refused', wantsAnswer: true };
    }
    if (Buffer.byteLength(call.arguments) > TOOL_LIMITS.argumentBytes) {
      return { output: badArguments('it is far too long'), result: 'bad_arguments', wantsAnswer: true };
    }
    const run = new Run(tool.card, this.#control, this.#around, (names) => this.#offer.allowOnly(names));
    const reply = tool.card.writes
      ? this.#writes.once(call.name, call.arguments, (key) => this.#start(run, tool, call, key))
      : this.#start(run, tool, call, this.#writes.keyOf(`${call.name} ${canonical(call.arguments)}`));
    return run.outcomeOf(reply);
  }

  /** The run counts as running until its tool is done, however long ago the model was answered. */
  async #start(run: Run, tool: Placed, call: ToolCall, idempotencyKey: string): Promise<ToolReply> {
    this.#runs.add(run);
    const secrets = [...this.#around.secrets, ...secretValues(call.arguments, tool.card.secret)];
    const log = this.#record.logFor(call.name, secrets);
    try {
      const reply = await tool.host.run({
        card: tool.card,
        argumentsText: call.arguments,
        callId: this.#control.callId,
        caller: this.#control.caller,
        idempotencyKey,
        signal: run.signal,
        ask: (ask) => run.ask(ask),
        log,
      });
      run.toolIsDone();
      if (reply.trouble) log('warn', `${reply.result}: ${reply.trouble}`);
      if (reply.thrown) this.#record.showAuthor(call.name, secrets, reply.thrown);
      return bounded(reply);
    } catch (error) {
      log('error', `its host failed: ${kindAndPlace(error)}`);
      return { result: 'failed', output: answerTo('failed', tool.card.writes) };
    } finally {
      this.#runs.done(run);
    }
  }
}

/** What the model may use. */
class Offer {
  readonly #tools: ReadonlyMap<string, Placed>;
  /** Null: everything. */
  #allowed: ReadonlySet<string> | null = null;

  constructor(tools: ReadonlyMap<string, Placed>) {
    this.#tools = tools;
  }

  find(name: string): Placed | undefined {
    return this.#tools.get(name);
  }

  isAllowed(name: string): boolean {
    return this.#allowed?.has(name) !== false;
  }

  allowOnly(names: readonly string[]): void {
    const unknown = names.filter((name) => !this.#tools.has(name));
    if (unknown.length > 0) throw new Error(`The agent has no tool called ${unknown.join(', ')}.`);
    this.#allowed = new Set(names);
  }
}

/** What a call that is over still waits for: its runs, until the last of them is done. */
class RunsUnderWay {
  readonly #runs = new Set<Run>();
  readonly #released: () => void;
  #isClosed = false;

  constructor(released: () => void) {
    this.#released = released;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  add(run: Run): void {
    this.#runs.add(run);
  }

  done(run: Run): void {
    this.#runs.delete(run);
    this.#releaseIfDone();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const run of this.#runs) run.callEnded();
    this.#releaseIfDone();
  }

  #releaseIfDone(): void {
    if (this.#isClosed && this.#runs.size === 0) this.#released();
  }
}

/** Hosts bound what their tools return; this holds for whatever else comes back from one. */
function bounded(reply: ToolReply): ToolReply {
  const isBounded = Buffer.byteLength(reply.output) <= TOOL_LIMITS.outputBytes;
  return isBounded ? reply : { ...reply, output: cutOutput(reply.output) };
}

type Admitted =
  | { readonly ok: true }
  | { readonly ok: false; readonly sentence: string; readonly isLoop: boolean };

/**
 * Ends loops: a model that asks for tools answer after answer, without the caller saying anything, keeps the
 * caller in silence and costs money. The calls of one answer are one round.
 */
class TurnLimits {
  #roundsInTurn = 0;
  #roundsInCall = 0;
  #callsInRound = 0;
  #round: string | null = null;
  #isRefused = false;

  turnBegan(): void {
    this.#roundsInTurn = 0;
    this.#isRefused = false;
    this.#round = null;
  }

  admit(responseId: string): Admitted {
    if (responseId !== this.#round) {
      this.#round = responseId;
      this.#callsInRound = 0;
      if (this.#isOver()) this.#isRefused = true;
      else {
        this.#roundsInTurn += 1;
        this.#roundsInCall += 1;
      }
    }
    this.#callsInRound += 1;
    if (this.#isRefused) {
      const isForGood = this.#roundsInCall >= TOOL_LIMITS.roundsPerCall;
      const sentence = isForGood ? REFUSALS.tooManyInCall : REFUSALS.tooManyRounds;
      return { ok: false, sentence, isLoop: true };
    }
    if (this.#callsInRound > TOOL_LIMITS.callsPerRound) {
      return { ok: false, sentence: REFUSALS.tooManyAtOnce, isLoop: false };
    }
    return { ok: true };
  }

  #isOver(): boolean {
    return this.#roundsInTurn >= TOOL_LIMITS.roundsPerTurn || this.#roundsInCall >= TOOL_LIMITS.roundsPerCall;
  }
}
