import { setTimeout as wait } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { type DestinationStream, destination, type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import { z } from 'zod';
import type { Config, LogLevel } from './config.ts';

/** JSON lines on stdout; in a terminal, lines for people. A reader that falls behind loses lines, never holds up a call. */
export function createLogger(level: LogLevel): Logger {
  return pino({ level, base: null }, process.stdout.isTTY ? forPeople() : forMachines());
}

function forMachines(): DestinationStream {
  const stdout = destination({ dest: 1, sync: false, maxLength: MOST_WAITING_BYTES });
  stdout.on('error', () => {}); // whoever read us has gone; the calls have not
  return stdout;
}

function forPeople(): DestinationStream {
  return pretty({ translateTime: 'HH:MM:ss.l', ignore: 'pid,hostname', colorize: true });
}

const MOST_WAITING_BYTES = 1024 * 1024;

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

/**
 * Why the house could not be opened, and what to do. Only what the listening itself says is about the port: a database
 * or a folder has codes of its own.
 */
export function whyNotStarted(error: unknown, { host, port, dataDir }: StartedWith): string {
  const { code, syscall, path, hostname } = detailsOf(error);
  if (syscall === 'listen' || (syscall === 'getaddrinfo' && hostname === host)) {
    return code === 'EADDRINUSE'
      ? `Port ${port} is taken by another program: stop it, or set PORT.`
      : `${host} port ${port} cannot be listened on (${code}): check HOST and PORT.`;
  }
  if (path?.startsWith(dataDir))
    return `${path} cannot be used (${code}): check DATA_DIR, and who may write to it.`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

type StartedWith = Pick<Config, 'host' | 'port' | 'dataDir'>;

const word = z.string().optional().catch(undefined);
const systemError = z.object({ code: word, syscall: word, path: word, hostname: word });

function detailsOf(error: unknown): z.infer<typeof systemError> {
  return error instanceof Error ? systemError.parse({ ...error }) : systemError.parse({});
}
