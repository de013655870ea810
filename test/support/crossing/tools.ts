import type { Clock } from '../../../src/ports/clock.ts';
import type { Toolbox } from '../../../src/ports/tools.ts';
import { builtInTools } from '../../../src/tools/built-in/index.ts';
import { defineTool, NOTHING } from '../../../src/tools/define-tool.ts';
import { inProcess } from '../../../src/tools/host/tool-host.ts';
import { createToolbox } from '../../../src/tools/toolbox.ts';
import type { TestClock } from '../test-clock.ts';

export interface ToolsOfTheWorld extends Toolbox {
  /** The names of those that run. */
  readonly running: readonly string[];
}

/** The real tools of a call: the built-in ones, one that is quick, and one that takes its time. */
export function theTools(clock: TestClock, deadlines: Clock, leaves: () => void): ToolsOfTheWorld {
  const looksUp = (name: string, takesMs: number) =>
    defineTool({
      name,
      description: 'Looks something up.',
      parameters: NOTHING,
      run: () => new Promise((resolve) => void clock.after(takesMs, () => resolve({ found: name }))),
    });
  const builtIn = builtInTools(
    { can: ['hang_up', 'transfer', 'collect_digits'], transferTargets: { desk: {} } },
    clock,
  ).map((tool) =>
    tool.name === 'hang_up' || tool.name === 'transfer'
      ? {
          ...tool,
          run: (args: never, context: never) => {
            leaves();
            return tool.run(args, context);
          },
        }
      : tool,
  );
  const toolbox = createToolbox([inProcess([...builtIn, looksUp('quick', 200), looksUp('slow', 7_000)])], {
    clock: deadlines,
    log: { info() {}, warn() {}, error() {} },
    transferTargets: new Set(['desk']),
    secrets: [],
  });
  const running = new Map<string, string>();
  return {
    offers: toolbox.offers,
    get running() {
      return [...running.values()];
    },
    open(control) {
      const runner = toolbox.open(control);
      return {
        run(call, responseId) {
          running.set(call.callId, call.name);
          return runner.run(call, responseId).finally(() => running.delete(call.callId));
        },
        turnBegan: () => runner.turnBegan(),
        fillerFor: (name) => runner.fillerFor(name),
        close: () => runner.close(),
      };
    },
  };
}
