import type { z } from 'zod';
import type { Clock } from '../ports/clock.ts';
import { systemClock } from '../ports/clock.ts';
import type { ToolFact, ToolResult } from '../ports/tools.ts';
import type { Tool } from '../tools/define-tool.ts';
import { inProcess } from '../tools/host/tool-host.ts';
import type { HouseLog } from '../tools/house-log.ts';
import { createToolbox } from '../tools/toolbox.ts';
import { type FakeCallControlOptions, fakeCallControl } from './fake-call-control.ts';

export interface TrialOptions extends FakeCallControlOptions {
  /** The agent's own settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** The names the agent may transfer to. */
  readonly transferTargets?: readonly string[];
  /** Time, if the test is to turn it. */
  readonly clock?: Clock;
}

/** What came of running a tool once, as on a call. */
export interface ToolTrial {
  readonly result: ToolResult;
  /** What the model is told, read from its JSON. */
  readonly output: unknown;
  readonly wantsAnswer: boolean;
  /** What the tool asked of the call, in order and in words. */
  readonly asked: readonly string[];
  /** What the record keeps; secrets are masked. */
  readonly facts: readonly ToolFact[];
  /** What the log says. */
  readonly lines: readonly string[];
}

/**
 * Runs one tool alone, under all the rules of a call: arguments are checked, time is limited, output is bounded,
 * secrets are masked. Arguments may also be given as the text a model would write.
 *
 *     const { output, asked } = await runTool(book, { day: 'monday' }, { caller: '+15550142' });
 */
export async function runTool<Parameters extends z.ZodObject>(
  tool: Tool<Parameters>,
  args: z.input<Parameters> | string,
  options: TrialOptions = {},
): Promise<ToolTrial> {
  const { settings = {}, transferTargets = [], clock = systemClock } = options;
  const { control, asked, facts } = fakeCallControl(options);
  const lines: string[] = [];
  const keep = (_facts: unknown, line: string) => void lines.push(line);
  const log: HouseLog = { isForAuthor: true, info: keep, warn: keep, error: keep };
  const around = { clock, log, transferTargets: new Set(transferTargets), secrets: [] };
  const runner = createToolbox([inProcess([tool], settings)], around).open(control);

  const text = typeof args === 'string' ? args : JSON.stringify(args);
  const { result, output, wantsAnswer } = await runner.run(
    { callId: 'trial', name: tool.name, arguments: text },
    'trial',
  );
  runner.close();
  return { result, output: JSON.parse(output), wantsAnswer, asked, facts, lines };
}
