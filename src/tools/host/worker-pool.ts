import { basename } from 'node:path';
import { RingdownError } from '../../errors.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { ToolReply } from '../invoke.ts';
import { answerTo, REFUSALS, refusal } from '../output.ts';
import type { ToolSpec } from '../tool-spec.ts';
import type { WorkerBirth } from './messages.ts';
import { type Admission, STRIKES, Strikes } from './strikes.ts';
import { Threads } from './threads.ts';
import type { LogLine, RunOrder, ToolHost } from './tool-host.ts';
import type { ThreadEnd } from './worker-thread.ts';

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
