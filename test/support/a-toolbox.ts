import type { CallControl, Toolbox, ToolCall, ToolOutcome } from '../../src/ports/tools.ts';

/** Tools in a test's hand: it sees what is asked for, and answers when it likes. */
export class ToolboxSpy implements Toolbox {
  readonly offers = [
    { name: 'look_up', description: 'Looks something up.', parameters: { type: 'object', properties: {} } },
  ];
  readonly asked: ToolCall[] = [];
  readonly #open = new Map<string, (outcome: ToolOutcome) => void>();
  filler: string | null = 'One moment, please.';
  turns = 0;
  isClosed = false;
  control: CallControl | null = null;

  open(control: CallControl) {
    this.control = control;
    return {
      run: (call: ToolCall) => {
        this.asked.push(call);
        return new Promise<ToolOutcome>((resolve) => void this.#open.set(call.callId, resolve));
      },
      turnBegan: () => void this.turns++,
      fillerFor: () => this.filler,
      close: () => {
        this.isClosed = true;
      },
    };
  }

  /** The tool comes back; whoever waits for it has noticed when this resolves. */
  async answers(callId: string, outcome: Partial<ToolOutcome> = {}): Promise<void> {
    this.#open.get(callId)?.({ output: `"${callId}"`, result: 'ok', wantsAnswer: true, ...outcome });
    await settled();
  }
}

/** Promises that were kept have been noticed. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await Promise.resolve();
}
