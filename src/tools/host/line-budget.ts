import { TOOL_LIMITS } from '../limits.ts';

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
