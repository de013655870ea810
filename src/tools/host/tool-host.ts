import type { Cancel } from '../../ports/clock.ts';
import type { CallerFacts } from '../../ports/tools.ts';
import type { Ask } from '../call-handle.ts';
import type { ToolReply } from '../invoke.ts';
import type { ToolSpec } from '../tool-spec.ts';

/** Where tools live and run. */
export interface ToolHost {
  readonly cards: readonly ToolSpec[];
  /** Runs a tool once. Never rejects; what a tool does to the place it runs in is the host's to mend. */
  run(order: RunOrder): Promise<ToolReply>;
  /** Keeps the host open for a call; the last to let go of a retired host closes it. */
  hold(): Cancel;
}

/** Everything one run needs. */
export interface RunOrder {
  readonly card: ToolSpec;
  readonly argumentsText: string;
  readonly callId: string;
  readonly caller: CallerFacts;
  readonly idempotencyKey: string;
  /** Aborts when the tool is to stop. */
  readonly signal: AbortSignal;
  readonly ask: Ask;
  readonly log: LogLine;
}

export type LogLine = (level: LogLevel, line: string) => void;
export type LogLevel = (typeof LOG_LEVELS)[number];
export const LOG_LEVELS = ['info', 'warn', 'error'] as const;
