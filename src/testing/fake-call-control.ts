import type { CallControl, ToolFact } from '../ports/tools.ts';

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
