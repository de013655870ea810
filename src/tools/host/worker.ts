import { AsyncLocalStorage } from 'node:async_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import { unreachable } from '../../errors.ts';
import { systemClock } from '../../ports/clock.ts';
import { TOOL_LIMITS } from '../define-tool.ts';
import { type Ready, replyTo } from '../invoke.ts';
import { kindAndPlace } from '../thrown.ts';
import { loadTools } from './load-tools.ts';
import type { Answer, FromWorker, ToWorker, WorkerBirth } from './messages.ts';
import { contextOf, type LogLevel, type LogLine } from './tool-host.ts';

/**
 * Makes log lines of what tools print, before it leaves their thread: a tool that floods its output would
 * otherwise keep the thread busy that carries the calls.
 */
function catchOutput(log: LogLine): void {
  catchStream(process.stdout, (text) => log('info', text));
  catchStream(process.stderr, (text) => log('warn', text));
}

function catchStream(stream: NodeJS.WriteStream, line: (text: string) => void): void {
  stream.write = (chunk: string | Uint8Array, ...rest: readonly unknown[]) => {
    const text = (typeof chunk === 'string' ? chunk.slice(0, MOST_CHARS) : '(bytes)').trimEnd();
    if (text !== '') line(text);
    const written = rest.find((argument) => typeof argument === 'function');
    if (written) queueMicrotask(() => written());
    return true;
  };
}

const MOST_CHARS = 4_000;

/** Lets so many lines through in a while, and says once that it kept the others back. */
class LineBudget {
  #windowEndsAt = 0;
  #lines = 0;

  /** The line, cut to a bearable length; null if there were too many. */
  take(line: string, now: number): string | null {
    if (now >= this.#windowEndsAt) {
      this.#windowEndsAt = now + WINDOW_MS;
      this.#lines = 0;
    }
    this.#lines += 1;
    if (this.#lines > LINES_PER_WINDOW) return null;
    if (this.#lines === LINES_PER_WINDOW)
      return 'tools write too much: further lines are left out for a while';
    return line.slice(0, TOOL_LIMITS.logBytes);
  }
}

const WINDOW_MS = 10_000;
const LINES_PER_WINDOW = 100;

/**
 * The thread that users' tools run in. Whatever they do to it, calls go on: sound is carried in another one.
 *
 * Each run has its own asynchronous context, so that even what is thrown in a timer, long after `run` has
 * returned, is known to be this run's and ends it at once.
 */
const birth: WorkerBirth = workerData;
const runs = new Map<number, Run>();
const current = new AsyncLocalStorage<Run>();
const budget = new LineBudget();

interface Run {
  readonly runId: number;
  readonly tool: Ready;
  readonly abort: AbortController;
  readonly asks: Map<number, PromiseWithResolvers<unknown>>;
}

catchOutput((level, line) => log(level, line));
process.on('uncaughtException', blame);
process.on('unhandledRejection', blame);
process.on('exit', () => {
  const run = current.getStore(); // whose code it is that called `process.exit`
  if (run && runs.has(run.runId)) send({ type: 'exiting', runId: run.runId });
});

const loaded = await loadTools(birth);
if (loaded.ok) {
  parentPort?.on('message', (message: ToWorker) => take(message));
  send({ type: 'ready', cards: [...loaded.tools.values()].map(({ card }) => card) });
} else {
  send({ type: 'unusable', problems: loaded.problems });
}

function take(message: ToWorker): void {
  switch (message.type) {
    case 'run':
      return begin(message);
    case 'abort':
      return runs.get(message.runId)?.abort.abort(new Error('The result is no longer wanted.'));
    case 'answer':
      return answer(runs.get(message.runId)?.asks, message.askId, message.answer);
    case 'ping':
      return send({ type: 'pong' });
    case 'close':
      return void (loaded.ok ? loaded.close() : Promise.resolve()).finally(() => process.exit(0));
    default:
      return unreachable(message);
  }
}

function begin(order: Extract<ToWorker, { type: 'run' }>): void {
  const tool = loaded.ok ? loaded.tools.get(order.tool) : undefined;
  if (!loaded.ok || !tool) {
    const reply = replyTo(new Error(`There is no tool ${order.tool} in this worker.`), { writes: false });
    return send({ type: 'done', runId: order.runId, reply });
  }
  const run: Run = { runId: order.runId, tool, abort: new AbortController(), asks: new Map() };
  runs.set(run.runId, run);
  const context = contextOf(
    { ...order, signal: run.abort.signal, ask: (request) => ask(run, request), log },
    loaded.settings,
  );
  void current.run(run, async () => {
    const reply = await tool.invoke(order.argumentsText, context);
    finish(run, reply);
  });
}

function ask(run: Run, request: Extract<FromWorker, { type: 'ask' }>['ask']): Promise<unknown> {
  const askId = run.asks.size;
  const waiting = Promise.withResolvers<unknown>();
  run.asks.set(askId, waiting);
  send({ type: 'ask', runId: run.runId, askId, ask: request });
  return waiting.promise;
}

function answer(asks: Run['asks'] | undefined, askId: number, said: Answer): void {
  if (said.ok) asks?.get(askId)?.resolve(said.value);
  else asks?.get(askId)?.reject(new Error(said.because));
}

/** Something was thrown where nobody waits for it. The run it belongs to has failed; no other one has. */
function blame(error: unknown): void {
  const run = current.getStore();
  if (run && runs.has(run.runId)) return finish(run, replyTo(error, run.tool.card));
  log('error', `a tool threw after it had finished: ${kindAndPlace(error)}`);
}

/** Once: what else comes of this run is late news. */
function finish(run: Run, reply: Extract<FromWorker, { type: 'done' }>['reply']): void {
  if (runs.delete(run.runId)) send({ type: 'done', runId: run.runId, reply });
}

function log(level: LogLevel, line: string): void {
  const kept = budget.take(line, systemClock.now());
  if (kept !== null) send({ type: 'log', runId: current.getStore()?.runId ?? null, level, line: kept });
}

function send(message: FromWorker): void {
  parentPort?.postMessage(message);
}
