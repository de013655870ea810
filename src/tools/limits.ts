/** What keeps one tool, one turn and one call within bounds. */
export const TOOL_LIMITS = {
  /** The most that is told to the model of one run; it is billed, and read, by the token. */
  outputBytes: 16 * 1024,
  /** Arguments beyond this are rubbish: a model speaks about a hundred words. */
  argumentBytes: 32 * 1024,
  /** Answers with tool calls in one turn of the caller: beyond this the model goes in circles. */
  roundsPerTurn: 8,
  roundsPerCall: 60,
  /** Calls in one answer. */
  callsPerRound: 16,
  deadlineMs: { least: 50, most: 120_000 },
  /** Of what one tool may ask of its call, or write to the log, in one run. */
  asksPerRun: 100,
  logBytes: 1024,
} as const;
