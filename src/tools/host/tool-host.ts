import type { Cancel } from '../../ports/clock.ts';
import type { CallerFacts } from '../../ports/tools.ts';
import { type Ask, callHandle } from '../call-handle.ts';
import type { Tool, ToolContext } from '../define-tool.ts';
import { ready, type ToolReply } from '../invoke.ts';
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

/** Runs tools in this very thread: for our own, which we know to be quick and well-behaved. */
export function inProcess(tools: readonly Tool[], settings: ToolContext['settings'] = {}): ToolHost {
  const all = new Map(tools.map((tool) => [tool.name, ready(tool)]));
  return {
    cards: [...all.values()].map(({ card }) => card),
    async run(order) {
      const tool = all.get(order.card.name);
      if (!tool) throw new TypeError(`There is no tool ${order.card.name} in this host.`);
      return tool.invoke(order.argumentsText, contextOf(order, settings));
    },
    hold: () => () => {},
  };
}

/** What a tool gets to know of its run. */
export function contextOf(
  { caller, callId, idempotencyKey, signal, ask, log }: Omit<RunOrder, 'card' | 'argumentsText'>,
  settings: ToolContext['settings'],
): ToolContext {
  return {
    caller,
    callId,
    idempotencyKey,
    signal,
    settings,
    call: callHandle(ask),
    log: {
      info: (line) => log('info', String(line)),
      warn: (line) => log('warn', String(line)),
      error: (line) => log('error', String(line)),
    },
  };
}
