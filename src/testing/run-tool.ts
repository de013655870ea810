import type { z } from 'zod';
import { type Clock, systemClock } from '../ports/clock.ts';
import type { CallControl, ToolFact, ToolResult } from '../ports/tools.ts';
import type { Tool } from '../tools/define-tool.ts';
import { inProcess } from '../tools/host/tool-host.ts';
import type { HouseLog } from '../tools/house-log.ts';
import { createToolbox } from '../tools/toolbox.ts';

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

export interface FakeCallControlOptions {
  /** Who is calling. Default: +15550100. */
  readonly caller?: string;
  /** The number they dialled. Default: +15550199. */
  readonly dialled?: string;
  readonly callId?: string;
  /** What the caller types when asked for digits; null: nothing. Default: nothing. */
  readonly digits?: string | null;
  /** Why a text message cannot be sent; it can, when absent. */
  readonly textsFail?: string;
  /** Why a transfer cannot be made; it can, when absent. */
  readonly transfersFail?: string;
}

export interface AskedControl {
  readonly control: CallControl;
  /** What was asked of the call, in order and in words: `hang up`, `transfer to reception`, `note: …`. */
  readonly asked: readonly string[];
  /** What the record of the call would keep. */
  readonly facts: readonly ToolFact[];
}

/** A call that is not there: it writes down what is asked of it, and answers as it was told to. */
export function fakeCallControl(options: FakeCallControlOptions = {}): AskedControl {
  const { caller = '+15550100', dialled = '+15550199', callId = 'a-test', digits = null } = options;
  const asked: string[] = [];
  const facts: ToolFact[] = [];
  const answer = (problem: string | undefined) =>
    problem === undefined ? ({ ok: true } as const) : ({ ok: false, because: problem } as const);
  const control: CallControl = {
    callId,
    caller: { number: caller, dialled },
    tell: (fact) => void facts.push(fact),
    hangUp: () => void asked.push('hang up'),
    transfer: (target) => {
      asked.push(`transfer to ${target}`);
      return answer(options.transfersFail);
    },
    collectDigits: async ({ most, isSecret }) => {
      asked.push(`collect up to ${most} ${isSecret ? 'secret ' : ''}digits`);
      return digits?.slice(0, most) ?? null;
    },
    sendText: async (text) => {
      asked.push(`text: ${text}`);
      return answer(options.textsFail);
    },
    note: (text) => void asked.push(`note: ${text}`),
    update: ({ instructions, tools }) => {
      if (instructions !== undefined) asked.push(`new instructions: ${instructions}`);
      if (tools !== undefined) asked.push(`tools from now on: ${tools.join(', ')}`);
    },
    pauseRecording: () => void asked.push('pause recording'),
    resumeRecording: () => void asked.push('resume recording'),
  };
  return { control, asked, facts };
}
