import type { CallControl, ToolCall } from '../../../src/ports/tools.ts';
import type { Tool } from '../../../src/tools/define-tool.ts';
import { inProcess, type ToolHost } from '../../../src/tools/host/tool-host.ts';
import { createToolbox } from '../../../src/tools/toolbox.ts';
import { TestClock } from '../../support/test-clock.ts';
import { aControl, aLog } from './a-control.ts';

interface Wanted {
  readonly targets?: readonly string[];
  readonly secrets?: readonly string[];
  readonly hosts?: readonly ToolHost[];
  readonly isForAuthor?: boolean;
  readonly control?: Partial<CallControl>;
}

/** The tools of one call, on a test clock. */
export function aRunner(
  tools: readonly Tool[],
  { targets = [], secrets = [], hosts, control: over, isForAuthor }: Wanted = {},
) {
  const clock = new TestClock();
  const { log, lines } = aLog(isForAuthor);
  const { control, facts, asked } = aControl(over);
  const toolbox = createToolbox(hosts ?? [inProcess(tools, { currency: 'EUR' })], {
    clock,
    log,
    transferTargets: new Set(targets),
    secrets,
  });
  const runner = toolbox.open(control);
  let calls = 0;
  /** The model asks for a tool, in an answer of its own. */
  const ask = (name: string, args: unknown, over: Partial<ToolCall> & { response?: string } = {}) => {
    calls += 1;
    const text = typeof args === 'string' ? args : JSON.stringify(args);
    const { response = `r${calls}`, ...call } = over;
    return runner.run({ callId: `call_${calls}`, name, arguments: text, ...call }, response);
  };
  return { clock, runner, toolbox, facts, asked, lines, ask };
}

/** Lets everything that is under way go as far as it can without time passing. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}
