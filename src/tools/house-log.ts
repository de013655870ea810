/** Where the house writes its lines; the logger of the process fits. */
export interface HouseLog {
  /** It is read by whoever writes the tools, at their own terminal, and kept nowhere. */
  readonly isForAuthor?: boolean;
  info(facts: Readonly<Record<string, unknown>>, line: string): void;
  warn(facts: Readonly<Record<string, unknown>>, line: string): void;
  error(facts: Readonly<Record<string, unknown>>, line: string): void;
}

/** Lines for the person at the terminal, beside what a command prints. */
export const consoleLog: HouseLog = {
  isForAuthor: true,
  info: () => {},
  warn: (_facts, line) => console.error(line),
  error: (_facts, line) => console.error(line),
};
