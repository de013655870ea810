import type { HouseLog } from './house-log.ts';

/** Lines for the person at the terminal, beside what a command prints. */
export const consoleLog: HouseLog = {
  isForAuthor: true,
  info: () => {},
  warn: (_facts, line) => console.error(line),
  error: (_facts, line) => console.error(line),
};
