import { basename } from 'node:path';
import { RingdownError } from '../../errors.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { ToolReply } from '../invoke.ts';
import type { ToolCard } from '../tool-card.ts';
import { answerTo, REFUSALS, refusal } from '../words.ts';
import type { WorkerBirth } from './messages.ts';
import type { LogLine, RunOrder, ToolHost } from './tool-host.ts';
import { WorkerThread } from './worker-thread.ts';

export interface PoolOptions {
  readonly birth: WorkerBirth;
  readonly clock: Clock;
  readonly log: LogLine;
  /** Threads at most; a call has one to itself while there are enough. */
  readonly most?: number;
}

const POOL_DEFAULTS = { most: 8 } as const;

/** Threads that wait with nothing to do; one that is there already saves its caller the time to start it. */
const MOST_IDLE = 2;

/** A tool that ends its thread so often is out of service until its file changes. */
const MOST_STRIKES = 3;

/**
 * The threads of one agent's tools. A thread serves one call at a time, so a tool that blocks its thread or ends it
 * harms no other call; only when all are taken do calls share. A thread that is gone is replaced when it is needed.
 */
export class WorkerPool implements ToolHost {
  readonly cards: readonly ToolCard[];
  readonly #options: Required<PoolOptions>;
  readonly #threads: Set<WorkerThread>;
  readonly #strikes = new Map<string, number>();
  #starting: Promise<WorkerThread | null> | null = null;
  #holds = 0;
  #isRetired = false;
  #isClosed = false;

  /** Reads the folder; rejects with everything that is wrong in it. */
  static async open(options: PoolOptions): Promise<WorkerPool> {
    const threads = new Set<WorkerThread>();
    const pool: { current: WorkerPool | null } = { current: null };
    const first = new WorkerThread(options.birth, options.clock, options.log, (unfinished) => {
      threads.delete(first);
      pool.current?.blame(unfinished);
    });
    threads.add(first);
    const readiness = await first.ready;
    if (!readiness.ok) throw new RingdownError('BAD_AGENT', inFolder(options, readiness.problems));
    pool.current = new WorkerPool({ ...POOL_DEFAULTS, ...options }, threads, readiness.cards);
    return pool.current;
  }

  private constructor(
    options: Required<PoolOptions>,
    threads: Set<WorkerThread>,
    cards: readonly ToolCard[],
  ) {
    this.#options = options;
    this.#threads = threads;
    this.cards = cards;
  }

  async run(order: RunOrder): Promise<ToolReply> {
    const { name, writes } = order.card;
    if ((this.#strikes.get(name) ?? 0) >= MOST_STRIKES) {
      return {
        result: 'failed',
        output: refusal(REFUSALS.outOfService),
        trouble: 'out of service until it changes',
      };
    }
    while (!this.#isClosed) {
      const thread = this.#pick(order.callId);
      if (thread) return thread.run(order).finally(() => this.#tidy());
      if (await this.#start()) continue;
      const shared = this.#leastBusy();
      if (!shared) break;
      return shared.run(order).finally(() => this.#tidy());
    }
    return {
      result: 'failed',
      output: answerTo('failed', writes),
      trouble: 'no thread could be started for it',
    };
  }

  hold(): Cancel {
    this.#holds += 1;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#holds -= 1;
      this.#tidy();
    };
  }

  /** No new calls will come: closes as soon as the last call and the last run are over. */
  retire(): void {
    this.#isRetired = true;
    this.#tidy();
  }

  /** At once, whatever runs. */
  close(): void {
    this.#isClosed = true;
    for (const thread of this.#threads) thread.close();
  }

  /** Tools that ran in a thread when it ended. With one call to a thread, they are the ones who did it. */
  blame(names: readonly string[]): void {
    if (this.#isClosed) return;
    for (const name of new Set(names)) {
      const strikes = (this.#strikes.get(name) ?? 0) + 1;
      this.#strikes.set(name, strikes);
      const after = strikes >= MOST_STRIKES ? '; it is out of service until its file changes' : '';
      this.#options.log(
        'error',
        `the thread that ${name} ran in ended, for the ${ordinal(strikes)} time${after}`,
      );
    }
  }

  /** The thread that works for this call already, or one that has nothing to do. */
  #pick(callId: string): WorkerThread | null {
    const threads = [...this.#threads];
    const found = threads.find((thread) => thread.worksFor(callId)) ?? threads.find(isIdle) ?? null;
    const isLast = !threads.some((thread) => thread !== found && isIdle(thread));
    if (found && isLast) void this.#start(); // so that the next call need not wait for one
    return found;
  }

  #leastBusy(): WorkerThread | null {
    return [...this.#threads].sort((a, b) => a.runs - b.runs)[0] ?? null;
  }

  /** One more thread, if there may be one; several who ask at once get the same. */
  #start(): Promise<WorkerThread | null> {
    if (this.#isClosed) return Promise.resolve(null);
    if (this.#starting) return this.#starting;
    if (this.#threads.size >= this.#options.most) return Promise.resolve(null);
    this.#starting = this.#startOne().finally(() => {
      this.#starting = null;
    });
    return this.#starting;
  }

  async #startOne(): Promise<WorkerThread | null> {
    const { birth, clock, log } = this.#options;
    const thread = new WorkerThread(birth, clock, log, (unfinished) => {
      this.#threads.delete(thread);
      this.blame(unfinished);
    });
    const readiness = await thread.ready;
    const isSame = readiness.ok && JSON.stringify(readiness.cards) === JSON.stringify(this.cards);
    if (isSame && !this.#isClosed) {
      this.#threads.add(thread);
      return thread;
    }
    thread.close(); // files that have changed since belong to the pool that comes after this one
    if (!readiness.ok) log('error', `no further thread could be started: ${readiness.problems.join('; ')}`);
    return null;
  }

  #tidy(): void {
    const idle = [...this.#threads].filter(isIdle);
    if (this.#isRetired && this.#holds === 0 && idle.length === this.#threads.size) return this.close();
    for (const thread of idle.slice(MOST_IDLE)) {
      this.#threads.delete(thread);
      thread.close();
    }
  }
}

function isIdle(thread: WorkerThread): boolean {
  return thread.runs === 0;
}

function inFolder({ birth }: PoolOptions, problems: readonly string[]): string {
  return problems.map((problem) => `agent ${basename(birth.folder)}: ${problem}`).join('\n');
}

function ordinal(count: number): string {
  return ['first', 'second', 'third'][count - 1] ?? `${count}th`;
}
