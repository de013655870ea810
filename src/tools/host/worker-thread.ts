import { Worker } from 'node:worker_threads';
import { unreachable } from '../../errors.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { ToolReply } from '../invoke.ts';
import { answerTo } from '../output.ts';
import { kindAndPlace } from '../thrown.ts';
import type { ToolSpec } from '../tool-spec.ts';
import type { FromWorker, ToWorker, WorkerBirth } from './messages.ts';
import type { LogLine, RunOrder } from './tool-host.ts';

/** What a worker says of itself once it has read its folder. */
export type Readiness =
  | { readonly ok: true; readonly cards: readonly ToolSpec[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/** How long a tool that is overdue may keep its thread from answering before the thread is ended. */
const PATIENCE_MS = { look: 1_000, write: 30_000 };
const ANSWER_MS = 1_000;
/** A run that goes on beyond its deadline, without harm to anybody, is forgotten after this. */
const FORGET_MS = 300_000;
const START_MS = 15_000;
const FAREWELL_MS = 5_000;

/** Who may have ended a thread. `culprits` did; of `suspects`, who ran for several calls, one did. */
export interface ThreadEnd {
  readonly culprits: readonly string[];
  readonly suspects: readonly string[];
}

interface Run {
  readonly order: RunOrder;
  readonly isAlone: boolean;
  /** It ended the thread itself, or was overdue when the thread stopped answering. */
  isCaught: boolean;
  readonly done: (reply: ToolReply) => void;
  readonly letGo: () => void;
}

/**
 * One thread with tools in it, seen from the thread that carries the calls. It is only ever sent short messages
 * and never waited for; when it does not answer it is ended, and every run in it has failed.
 */
export class WorkerThread {
  readonly #worker: Worker;
  readonly #clock: Clock;
  readonly #gone: (end: ThreadEnd) => void;
  readonly #log: LogLine;
  readonly #runs = new Runs();
  readonly #readiness = Promise.withResolvers<Readiness>();
  readonly #pulse: Pulse;
  #isGone = false;
  readonly #hasServers: boolean;

  /** `gone` is told once: the thread has ended, for whatever reason. */
  constructor(birth: WorkerBirth, clock: Clock, log: LogLine, gone: (end: ThreadEnd) => void) {
    this.#clock = clock;
    this.#hasServers = birth.role === 'mcp';
    this.#log = log;
    this.#gone = gone;
    this.#pulse = new Pulse(clock, () => this.#send({ type: 'ping' }));
    const { PATH = '', HOME = '', TZ = '', LANG = '' } = birth.environment;
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: birth,
      env: { PATH, HOME, TZ, LANG, ...birth.environment },
      stdout: true,
      stderr: true,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: MOST_MEGABYTES },
      name: 'ringdown tools',
    });
    this.#worker.stdout.resume();
    this.#worker.stderr.resume();
    this.#worker.on('message', (message: unknown) => {
      if (isFromWorker(message)) this.#take(message); // a tool might send messages of its own
    });
    this.#worker.on('error', (error) => log('error', `the tools' thread failed: ${kindAndPlace(error)}`));
    this.#worker.on('exit', () => this.#end());
    const cancel = clock.after(START_MS, () => {
      this.#unready('the files were not read within 15 s: does one of them wait for something at its top?');
      this.close();
    });
    void this.ready.then(cancel);
  }

  get ready(): Promise<Readiness> {
    return this.#readiness.promise;
  }

  get runs(): number {
    return this.#runs.size;
  }

  /** Whether a further run for this call is best put here, beside the others of the same call. */
  worksFor(callId: string): boolean {
    if (this.#pulse.isInDoubt || !this.mayBeShared) return false;
    for (const { order } of this.#runs.values()) if (order.callId === callId) return true;
    return false;
  }

  get mayBeShared(): boolean {
    for (const { isAlone } of this.#runs.values()) if (isAlone) return false;
    return true;
  }

  run(order: RunOrder, isAlone: boolean): Promise<ToolReply> {
    const runId = this.#runs.nextId();
    const { card, argumentsText, callId, caller, idempotencyKey, signal } = order;
    const abort = () => this.#send({ type: 'abort', runId });
    signal.addEventListener('abort', abort, { once: true });
    const unwatch = this.#watch(runId, card);
    const { promise, resolve } = Promise.withResolvers<ToolReply>();
    const letGo = () => {
      unwatch();
      signal.removeEventListener('abort', abort);
    };
    this.#runs.set(runId, { order, isAlone, isCaught: false, done: resolve, letGo });
    this.#send({ type: 'run', runId, tool: card.name, argumentsText, callId, caller, idempotencyKey });
    if (signal.aborted) abort();
    return promise;
  }

  /** Resolves when the thread answers: at once, unless a tool keeps it busy. */
  answers(): Promise<void> {
    return this.#pulse.answers();
  }

  /** Ends the thread, whatever it is doing. One that has servers of its own may see them off first. */
  close(): void {
    if (this.#hasServers) {
      this.#send({ type: 'close' });
      this.#clock.after(FAREWELL_MS, () => this.#terminate());
    } else this.#terminate();
  }

  #terminate(): void {
    void this.#worker.terminate();
  }

  /** An overdue run is nobody's trouble, as long as the thread still answers. */
  #watch(runId: number, card: ToolSpec): () => void {
    const patienceMs = card.writes ? PATIENCE_MS.write : PATIENCE_MS.look;
    const cancels = [
      this.#clock.after(card.deadlineMs + patienceMs, () => this.#askForLife(runId)),
      this.#clock.after(card.deadlineMs + FORGET_MS, () =>
        this.#finish(runId, failure(card, 'never finished')),
      ),
    ];
    return () => {
      for (const cancel of cancels) cancel();
    };
  }

  #askForLife(overdueId: number): void {
    const overdue = this.#runs.get(overdueId);
    if (overdue) overdue.isCaught = true;
    this.#pulse.doubt(() => {
      this.#log(
        'error',
        `a tool keeps its thread busy without end (${namesOf([...this.#runs.values()]).join(', ')}): ended`,
      );
      this.#terminate();
    });
  }

  #take(message: FromWorker): void {
    switch (message.type) {
      case 'ready':
        return this.#readiness.resolve({ ok: true, cards: message.cards });
      case 'unusable':
        this.#readiness.resolve({ ok: false, problems: message.problems });
        return this.close();
      case 'done':
        return this.#finish(message.runId, message.reply);
      case 'ask':
        return void this.#passOn(message);
      case 'log': {
        const log = this.#runs.get(message.runId ?? 0)?.order.log ?? this.#log;
        return log(message.level, message.line);
      }
      case 'exiting': {
        const run = this.#runs.get(message.runId);
        if (run) run.isCaught = true;
        return;
      }
      case 'pong':
        for (const run of this.#runs.values()) run.isCaught = false;
        return this.#pulse.felt();
      default:
        return unreachable(message);
    }
  }

  async #passOn({ runId, askId, ask }: Extract<FromWorker, { type: 'ask' }>): Promise<void> {
    const run = this.#runs.get(runId);
    if (!run) return; // it has finished, and nobody waits for an answer
    try {
      const value = await run.order.ask(ask);
      this.#send({ type: 'answer', runId, askId, answer: { ok: true, value } });
    } catch (error) {
      const because = error instanceof Error ? error.message : 'The call did not answer.';
      this.#send({ type: 'answer', runId, askId, answer: { ok: false, because } });
    }
  }

  #finish(runId: number, reply: ToolReply): void {
    const run = this.#runs.get(runId);
    if (!run) return;
    this.#runs.delete(runId);
    run.letGo();
    run.done(reply);
  }

  #end(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#pulse.stop();
    this.#unready('the thread ended while it read the files: is there a process.exit at the top of one?');
    const end = endBy([...this.#runs.values()]);
    for (const [runId, { order }] of this.#runs) {
      this.#finish(runId, failure(order.card, 'the thread it ran in ended'));
    }
    this.#gone(end);
  }

  #unready(problem: string): void {
    this.#readiness.resolve({ ok: false, problems: [problem] });
  }

  #send(message: ToWorker): void {
    if (!this.#isGone) this.#worker.postMessage(message);
  }
}

/** The runs of a thread, by number. */
class Runs extends Map<number, Run> {
  #lastId = 0;

  nextId(): number {
    return ++this.#lastId;
  }
}

/** Whether a thread still answers. */
class Pulse {
  readonly #clock: Clock;
  readonly #ping: () => void;
  #doubt: Cancel | null = null;
  readonly #waiting: (() => void)[] = [];

  constructor(clock: Clock, ping: () => void) {
    this.#clock = clock;
    this.#ping = ping;
  }

  /** It was asked for, and not felt yet. */
  get isInDoubt(): boolean {
    return this.#doubt !== null;
  }

  answers(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    this.#ping();
    return promise;
  }

  /** Asks for it, and says if there is none. */
  doubt(none: () => void): void {
    if (this.#doubt) return;
    this.#doubt = this.#clock.after(ANSWER_MS, none);
    this.#ping();
  }

  felt(): void {
    this.stop();
    for (const answered of this.#waiting.splice(0)) answered();
  }

  stop(): void {
    this.#doubt?.();
    this.#doubt = null;
  }
}

/** With one call to a thread, what ran in it is what did it. */
function endBy(unfinished: readonly Run[]): ThreadEnd {
  const caught = unfinished.filter(({ isCaught }) => isCaught);
  const possible = caught.length > 0 ? caught : unfinished;
  const calls = new Set(possible.map(({ order }) => order.callId));
  return calls.size > 1
    ? { culprits: [], suspects: namesOf(possible) }
    : { culprits: namesOf(possible), suspects: [] };
}

function namesOf(runs: readonly Run[]): readonly string[] {
  return runs.map(({ order }) => order.card.name);
}

function failure(card: ToolSpec, trouble: string): ToolReply {
  return { result: 'failed', output: answerTo('failed', card.writes), trouble };
}

const KINDS: ReadonlySet<unknown> = new Set<FromWorker['type']>([
  'ready',
  'unusable',
  'done',
  'ask',
  'log',
  'exiting',
  'pong',
]);

function isFromWorker(message: unknown): message is FromWorker {
  return typeof message === 'object' && message !== null && KINDS.has(Reflect.get(message, 'type'));
}

/** A tool that leaks is ended here, long before the machine feels it. */
const MOST_MEGABYTES = 192;
