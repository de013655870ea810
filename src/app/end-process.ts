import { setTimeout as wait } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';

/** The end of this process, in every state that it can be in. To be begun before there is any thread. */
export class EndOfProcess {
  readonly #logger: Logger;
  readonly #threads = new Set<Worker>();
  #isLeaving = false;

  constructor(logger: Logger) {
    this.#logger = logger;
    process.on('worker', (thread: Worker) => {
      this.#threads.add(thread);
      thread.once('exit', () => this.#threads.delete(thread));
    });
  }

  /** Closes what is to be closed, which may take so long, and leaves. Called again, it waits no longer for that. */
  async leave(close: () => Promise<unknown>, mostMs: number): Promise<void> {
    if (this.#isLeaving) return this.#exit();
    this.#isLeaving = true;
    const isClosed = await Promise.race([
      close().then(
        () => true,
        (error: unknown) => {
          this.#logger.error({ err: error }, 'closing failed by a mistake of ours');
          return true;
        },
      ),
      wait(mostMs, false, { ref: false }),
    ]);
    if (!isClosed) this.#logger.error(`Closing took longer than ${mostMs / 1000} s: it is left at that.`);
    await this.#exit();
  }

  /**
   * A process waits for its threads when it exits, whatever they are doing. One that is stuck in the system, over a
   * network folder that is gone for instance, cannot be told to stop, and would hold it up for ever.
   */
  async #exit(): Promise<void> {
    for (const thread of this.#threads) void thread.terminate();
    const deadline = performance.now() + THREADS_MS;
    while (this.#threads.size > 0 && performance.now() < deadline) await wait(LOOK_MS);
    if (this.#threads.size === 0) process.exit(0);
    const names = [...this.#threads].map(({ threadName }) => threadName ?? 'a thread').join(', ');
    this.#logger.error(
      `${names} does not end: it is stuck in the system, over a folder as a rule. The process is ended by force.`,
    );
    await wait(FLUSH_MS); // the log is written by another thread
    process.kill(process.pid, 'SIGKILL');
  }
}

/** A thread that runs JavaScript ends within a moment. */
const THREADS_MS = 3_000;
const LOOK_MS = 20;
const FLUSH_MS = 200;
