import { basename } from 'node:path';
import { RingdownError } from '../../errors.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { ToolReply } from '../invoke.ts';
import { answerTo, REFUSALS, refusal } from '../output.ts';
import type { ToolSpec } from '../tool-spec.ts';
import type { WorkerBirth } from './messages.ts';
import { type Admission, STRIKES, Strikes } from './strikes.ts';
import type { LogLine, RunOrder, ToolHost } from './tool-host.ts';
import { type Readiness, type ThreadEnd, WorkerThread } from './worker-thread.ts';

export interface PoolOptions {
  readonly birth: WorkerBirth;
  readonly clock: Clock;
  readonly log: LogLine;
  /** Threads at most; a call has one to itself while there are enough. */
  readonly most?: number;
}

const POOL_DEFAULTS = { most: 8 } as const;

/**
 * The tools of one agent's folder, in threads of their own. A thread serves one call at a time, so a tool that
 * blocks its thread or ends it harms no other call; only when all are taken do calls share.
 */
export class WorkerPool implements ToolHost {
  readonly cards: readonly ToolSpec[];
  readonly #threads: Threads;
  readonly #blame: Blame;
  #holds = 0;
  #isRetired = false;

  /** Reads the folder; rejects with everything that is wrong in it. */
  static async open({ birth, clock, log, most = POOL_DEFAULTS.most }: PoolOptions): Promise<WorkerPool> {
    const blame = new Blame(log, clock);
    const threads = new Threads({ birth, clock, log, most, ended: (end) => blame.take(end) });
    const readiness = await threads.start();
    if (readiness.ok) return new WorkerPool(threads, readiness.cards, blame);
    threads.close();
    const agent = basename(birth.folder);
    const problems = readiness.problems.map((problem) => `agent ${agent}: ${problem}`);
    throw new RingdownError('BAD_AGENT', problems.join('\n'));
  }

  private constructor(threads: Threads, cards: readonly ToolSpec[], blame: Blame) {
    this.#threads = threads;
    this.cards = cards;
    this.#blame = blame;
  }

  async run(order: RunOrder): Promise<ToolReply> {
    const { name, writes } = order.card;
    const admission = this.#blame.admit(name);
    if (admission === 'not') {
      const trouble = 'out of service, because it has ended its thread too often';
      return { result: 'failed', output: refusal(REFUSALS.outOfService), trouble };
    }
    const reply = await this.#threads.run(order, admission === 'alone');
    this.#blame.cameBack(name, reply !== null);
    this.#closeIfDone();
    const trouble = 'no thread could be started for it';
    return reply ?? { result: 'failed', output: answerTo('failed', writes), trouble };
  }

  hold(): Cancel {
    this.#holds += 1;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#holds -= 1;
      this.#closeIfDone();
    };
  }

  /** No new calls will come: closes as soon as the last call and the last run are over. */
  retire(): void {
    this.#isRetired = true;
    this.#closeIfDone();
  }

  /** At once, whatever runs. */
  close(): void {
    this.#threads.close();
  }

  #closeIfDone(): void {
    if (this.#isRetired && this.#holds === 0 && this.#threads.isIdle) this.close();
  }
}

/** Who has ended threads, and what the house is told of it. */
class Blame {
  readonly #log: LogLine;
  readonly #clock: Clock;
  readonly #strikes = new Strikes();

  constructor(log: LogLine, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  admit(tool: string): Admission {
    return this.#strikes.admit(tool, this.#clock.now());
  }

  cameBack(tool: string, hasRun: boolean): void {
    if (!hasRun) this.#strikes.undecided(tool);
    else if (this.#strikes.survived(tool)) this.#log('info', `${tool} is in service again`);
  }

  take({ culprits, suspects }: ThreadEnd): void {
    const now = this.#clock.now();
    for (const tool of new Set(culprits)) {
      const { strikes, pauseMs } = this.#strikes.struck(tool, now);
      const count = `${strikes} of ${STRIKES.most} in ${STRIKES.windowMs / 60_000} minutes`;
      const after = pauseMs === null ? '' : `; it is out of service for ${pauseMs / 60_000} min`;
      this.#log('error', `the thread that ${tool} ran in ended (${count})${after}`);
    }
    if (suspects.length === 0) return;
    for (const tool of suspects) this.#strikes.suspected(tool, now);
    const names = [...new Set(suspects)].join(', ');
    this.#log('error', `a thread that one of ${names} ended is gone: each will run alone for a while`);
  }
}

export interface ThreadsOptions {
  readonly birth: WorkerBirth;
  readonly clock: Clock;
  readonly log: LogLine;
  readonly most: number;
  /** A thread has ended, perhaps by what ran in it. */
  readonly ended: (end: ThreadEnd) => void;
}

/** Threads that wait with nothing to do: one that is there already saves its caller the time to start it. */
const MOST_IDLE = 2;
const TIDY_EVERY_MS = 30_000;

/** How long a run waits for a thread to itself; then it shares one with other calls. */
const WAIT_MS = 300;

/**
 * The threads of one pool, and which of them gets the next run: one that works for the same call, or one with
 * nothing to do, or a new one. When there are no more to be had, whichever answers first, for that is one which no
 * tool keeps busy.
 */
class Threads {
  readonly #options: ThreadsOptions;
  readonly #threads = new Set<WorkerThread>();
  readonly #stopTidying: Cancel;
  #starting: Promise<Readiness> | null = null;
  #changed = Promise.withResolvers<void>();
  #isClosed = false;
  #hasStarted = false;

  constructor(options: ThreadsOptions) {
    this.#options = options;
    this.#stopTidying = options.clock.every(TIDY_EVERY_MS, () => this.#tidy());
  }

  get isIdle(): boolean {
    return [...this.#threads].every(isIdle);
  }

  /**
   * Null if there is no thread to run it in. What runs alone waits for a thread that no other call has, for as long
   * as its result is wanted, and nobody joins it there.
   */
  async run(order: RunOrder, isAlone: boolean): Promise<ToolReply | null> {
    const { clock, most } = this.#options;
    const shareFrom = clock.now() + WAIT_MS;
    while (!this.#isClosed && !(isAlone && order.signal.aborted)) {
      const mayShare = !isAlone && clock.now() >= shareFrom;
      const thread = this.#pick(order.callId, isAlone) ?? (mayShare ? await this.#firstToAnswer() : null);
      if (thread) return this.#runIn(thread, order, isAlone);
      if (this.#threads.size < most) {
        const starting = this.start();
        if (this.#threads.size === 0) {
          if ((await starting).ok) continue; // it is there already: no change is to be waited for
          break;
        }
      }
      await this.#change(isAlone ? WAIT_MS : Math.max(0, shareFrom - clock.now()));
    }
    return null;
  }

  /** One more thread; several who ask at once get the same. */
  start(): Promise<Readiness> {
    if (this.#isClosed) return Promise.resolve({ ok: false, problems: ['the pool is closed'] });
    this.#starting ??= this.#startOne().finally(() => {
      this.#starting = null;
      this.#tellChange();
    });
    return this.#starting;
  }

  close(): void {
    this.#isClosed = true;
    this.#stopTidying();
    this.#tellChange();
    for (const thread of this.#threads) thread.close();
  }

  #runIn(thread: WorkerThread, order: RunOrder, isAlone: boolean): Promise<ToolReply> {
    const reply = thread.run(order, isAlone);
    const hasSpare = [...this.#threads].some(isIdle);
    if (!hasSpare && this.#threads.size < this.#options.most) void this.start(); // for the next call
    return reply.finally(() => this.#tellChange());
  }

  #pick(callId: string, isAlone: boolean): WorkerThread | null {
    const threads = [...this.#threads];
    const busy = isAlone ? null : threads.find((thread) => thread.worksFor(callId));
    return busy ?? threads.find(isIdle) ?? null;
  }

  #firstToAnswer(): Promise<WorkerThread | null> {
    const answers = [...this.#threads]
      .filter(({ mayBeShared }) => mayBeShared)
      .map((thread) => thread.answers().then(() => thread));
    return Promise.race([...answers, this.#change(WAIT_MS).then(() => null)]);
  }

  async #startOne(): Promise<Readiness> {
    const { birth, clock, log, ended } = this.#options;
    const thread = new WorkerThread(birth, clock, log, (end) => {
      this.#threads.delete(thread);
      this.#tellChange();
      if (!this.#isClosed) ended(end);
    });
    const readiness = await thread.ready;
    if (readiness.ok && !this.#isClosed) this.#threads.add(thread);
    else thread.close();
    if (readiness.ok) this.#hasStarted = true;
    else if (this.#hasStarted)
      log('error', `no further thread could be started: ${readiness.problems.join('; ')}`);
    return readiness;
  }

  /** Resolves when something is different: a thread is free, new, or gone; or after that long. */
  #change(mostMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(mostMs, resolve);
    void this.#changed.promise.then(() => {
      cancel();
      resolve();
    });
    return promise;
  }

  #tellChange(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }

  /** Only now and then, so that a busy minute does not start and end threads all the time. */
  #tidy(): void {
    for (const thread of [...this.#threads].filter(isIdle).slice(MOST_IDLE)) {
      this.#threads.delete(thread);
      thread.close();
    }
  }
}

function isIdle(thread: WorkerThread): boolean {
  return thread.runs === 0;
}
