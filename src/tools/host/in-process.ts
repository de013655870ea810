import { callHandle } from '../call-handle.ts';
import type { Tool } from '../define-tool.ts';
import { ready } from '../invoke.ts';
import type { ToolContext } from '../tool-context.ts';
import type { RunOrder, ToolHost } from './tool-host.ts';

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
