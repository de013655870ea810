import { TOOL_LIMITS } from '../define-tool.ts';
import type { LogLine } from './tool-host.ts';

/**
 * Makes log lines of what tools print, before it leaves their thread: a tool that floods its output would
 * otherwise keep the thread busy that carries the calls.
 */
export function catchOutput(log: LogLine): void {
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
export class LineBudget {
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
