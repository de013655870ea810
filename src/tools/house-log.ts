/** Where the house writes its lines; the logger of the process fits. */
export interface HouseLog {
  /** It is read by whoever writes the tools, at their own terminal, and kept nowhere. */
  readonly isForAuthor?: boolean;
  info(facts: Readonly<Record<string, unknown>>, line: string): void;
  warn(facts: Readonly<Record<string, unknown>>, line: string): void;
  error(facts: Readonly<Record<string, unknown>>, line: string): void;
}
