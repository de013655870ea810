import { basename } from 'node:path';
import { RingdownError } from '../../errors.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { ToolReply } from '../invoke.ts';
import type { ToolCard } from '../tool-card.ts';
import { answerTo, REFUSALS, refusal } from '../words.ts';
import type { WorkerBirth } from './messages.ts';
import { Threads } from './threads.ts';
import type { LogLine, RunOrder, ToolHost } from './tool-host.ts';

export interface PoolOptions {
  readonly birth: WorkerBirth;
  readonly clock: Clock;
  readonly log: LogLine;
  /** Threads at most; a call has one to itself while there are enough. */
  readonly most?: number;
}

const POOL_DEFAULTS = { most: 8 } as const;

/** A tool that ends its thread so often is out of service until its file changes. */
const MOST_STRIKES = 3;

/**
 * The tools of one agent's folder, in threads of their own. A thread serves one call at a time, so a tool that
 * blocks its thread or ends it harms no other call; only when all are taken do calls share.
 */
export class WorkerPool implements ToolHost {
  readonly cards: readonly ToolCard[];
  readonly #threads: Threads;
  readonly #strikes: Strikes;
  #holds = 0;
  #isRetired = false;

  /** Reads the folder; rejects with everything that is wrong in it. */
  static async open({ birth, clock, log, most = POOL_DEFAULTS.most }: PoolOptions): Promise<WorkerPool> {
    const strikes = new Strikes(log);
    const threads = new Threads({ birth, clock, log, most, ended: (tools) => strikes.add(tools) });
    const readiness = await threads.start();
    if (readiness.ok) return new WorkerPool(threads, readiness.cards, strikes);
    threads.close();
    const agent = basename(birth.folder);
    const problems = readiness.problems.map((problem) => `agent ${agent}: ${problem}`);
    throw new RingdownError('BAD_AGENT', problems.join('\n'));
  }

  private constructor(threads: Threads, cards: readonly ToolCard[], strikes: Strikes) {
    this.#threads = threads;
    this.cards = cards;
    this.#strikes = strikes;
  }

  async run(order: RunOrder): Promise<ToolReply> {
    const { name, writes } = order.card;
    if (this.#strikes.isOut(name)) {
      const trouble = 'out of service until its file changes';
      return { result: 'failed', output: refusal(REFUSALS.outOfService), trouble };
    }
    const reply = await this.#threads.run(order);
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

/** How often a tool has ended its thread. With one call to a thread, those that ran in it are the ones who did it. */
class Strikes {
  readonly #log: LogLine;
  readonly #counts = new Map<string, number>();

  constructor(log: LogLine) {
    this.#log = log;
  }

  isOut(tool: string): boolean {
    return (this.#counts.get(tool) ?? 0) >= MOST_STRIKES;
  }

  add(tools: readonly string[]): void {
    for (const tool of new Set(tools)) {
      const count = (this.#counts.get(tool) ?? 0) + 1;
      this.#counts.set(tool, count);
      const after = count >= MOST_STRIKES ? '; it is out of service until its file changes' : '';
      this.#log('error', `the thread that ${tool} ran in ended (${count} of ${MOST_STRIKES})${after}`);
    }
  }
}
