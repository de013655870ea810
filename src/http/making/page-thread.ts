import { Worker } from 'node:worker_threads';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { FromMaker, PageEars, PagePlace, ToMaker } from './page-requests.ts';

export interface PageThreadOptions {
  /** What runs in it. */
  readonly file: URL;
  /** Plain data that it begins with. */
  readonly settings: unknown;
  /** All it sees of the environment: whatever else it needs to know is in its settings. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** Told when it ended without being asked to, with the name of what it stumbled over. */
  readonly died: (why: string) => void;
}

/**
 * The thread in which pages are made. It is begun when somebody first wants to read, ends when nobody has for a while,
 * and is begun again if it dies: calls do not feel any of it.
 */
export class PageThread implements PagePlace {
  readonly #options: PageThreadOptions;
  #ears: PageEars = { hear() {}, gone() {} };
  #worker: Worker | null = null;
  #begunAt = Number.NEGATIVE_INFINITY;
  #usedAt = 0;
  #stopLooking: Cancel = () => {};

  constructor(options: PageThreadOptions) {
    this.#options = options;
  }

  listen(ears: PageEars): void {
    this.#ears = ears;
  }

  isThere(): boolean {
    return (this.#worker ?? this.#begin()) !== null;
  }

  post(message: ToMaker): boolean {
    // A new one would know nothing of what this goes on from: whoever wants something asks first whether it is there.
    if (!this.#worker) return false;
    this.#usedAt = this.#options.clock.now();
    this.#worker.postMessage(message);
    return true;
  }

  async close(): Promise<void> {
    const worker = this.#leave();
    await worker?.terminate();
  }

  #begin(): Worker | null {
    const { clock, file, settings, environment, died } = this.#options;
    if (clock.now() - this.#begunAt < RESTART_MS) return null;
    this.#begunAt = clock.now();
    this.#usedAt = this.#begunAt;
    try {
      const worker = new Worker(file, {
        workerData: settings,
        env: { ...environment },
        resourceLimits: LIMITS,
        name: 'the thread of the pages',
      });
      worker.unref(); // what somebody wants to read keeps no process alive
      worker.on('message', (message: FromMaker) => this.#ears.hear(message));
      worker.on('error', (error) => this.#died(worker, died, error));
      worker.on('exit', () => this.#died(worker, died));
      this.#worker = worker;
    } catch {
      return null; // the system has no thread to give; it is asked again
    }
    this.#stopLooking = clock.every(IDLE_MS, () => {
      if (clock.now() - this.#usedAt < IDLE_MS) return;
      void this.close();
      this.#ears.gone();
    });
    return this.#worker;
  }

  #died(worker: Worker, tell: (why: string) => void, error?: unknown): void {
    if (worker !== this.#worker) return;
    this.#leave();
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    tell(code || (error instanceof Error ? error.name : 'it ended by itself'));
    this.#ears.gone();
  }

  #leave(): Worker | null {
    const worker = this.#worker;
    this.#worker = null;
    this.#stopLooking();
    return worker;
  }
}

/** One that dies at once is not begun again at once. */
const RESTART_MS = 1_000;

/** A house that nobody reads in gets its memory back. */
const IDLE_MS = 10 * 60_000;

/** Room for the page of a call of a hundred thousand events; one that wants more costs this thread, and not the house. */
const LIMITS = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 16 };
