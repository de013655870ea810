import type {
  Capabilities,
  ContextItem,
  OutOfBandRequest,
  ResponseRequest,
  Session,
  SessionEvent,
  SpeechModel,
} from '../ports/session.ts';

/** A model that says and does what a test has it do. */
export class ScriptedModel implements SpeechModel, Session {
  readonly backlogBytes = 0;
  readonly added: ContextItem[] = [];
  readonly #outputs = new Map<string, (output: string) => void>();
  #wanted: string | null = null;
  #tell: (event: SessionEvent) => void = () => {};
  #answers = 0;
  #turns = 0;

  open(_setup: unknown, tell: (event: SessionEvent) => void): Session {
    this.#tell = tell;
    return this;
  }

  isReady(): void {
    this.#tell({ type: 'ready', capabilities: CAPABILITIES });
  }

  tell(event: SessionEvent): void {
    this.#tell(event);
  }

  hearsSpeech(): void {
    this.#turns += 1;
    this.#tell({ type: 'speech_started', itemId: this.#turn });
  }

  hearsPause(): void {
    this.#tell({ type: 'speech_stopped', itemId: this.#turn });
  }

  /** What the caller said in their last turn. */
  writesDown(text: string): void {
    this.#tell({ type: 'caller_words', itemId: this.#turn, text });
  }

  /** One answer of so much speech, whatever it is about. */
  says(text: string, ms: number): void {
    const responseId = this.#begin();
    const part = { responseId, itemId: responseId, contentIndex: 0 };
    this.#tell({ type: 'words', part, text });
    this.#tell({ type: 'audio', part, audio: new Uint8Array(ms * BYTES_PER_MS).fill(A_SOUND) });
    this.#tell({ type: 'audio_done', part });
    this.#end(responseId);
  }

  /** Asks for something to be done; resolves to what it is told of it. */
  async uses(name: string, args: unknown): Promise<unknown> {
    const responseId = this.#begin();
    const call = { callId: `call-${responseId}`, name, arguments: JSON.stringify(args) };
    const output = new Promise<string>((resolve) => void this.#outputs.set(call.callId, resolve));
    this.#tell({ type: 'tool_call', responseId, itemId: call.callId, call });
    this.#end(responseId);
    const told = JSON.parse(await output);
    this.#tell({ type: 'tool_output_taken', toolCallId: call.callId });
    return told;
  }

  respond({ requestId }: ResponseRequest): void {
    this.#wanted = requestId;
  }

  add(item: ContextItem): void {
    this.added.push(item);
    if (item.type === 'tool_output') this.#outputs.get(item.toolCallId)?.(item.output);
  }

  askOutOfBand({ askId }: OutOfBandRequest): void {
    this.#tell({ type: 'out_of_band_answered', askId, text: null });
  }

  hear(): void {}
  cancel(): void {}
  truncate(): void {}
  update(): void {}
  commitTurn(): void {}
  discardTurn(): void {}
  close(): void {}

  get #turn(): string {
    return `turn-${this.#turns}`;
  }

  #begin(): string {
    const responseId = `answer-${++this.#answers}`;
    this.#tell({ type: 'response_started', responseId, requestId: this.#wanted });
    this.#wanted = null;
    return responseId;
  }

  #end(responseId: string): void {
    this.#tell({ type: 'response_done', responseId, outcome: 'completed', usage: null });
  }
}

/** What most models can do, that one can talk to. */
export const CAPABILITIES: Capabilities = {
  formats: { input: 'pcmu', output: 'pcmu' },
  truncates: true,
  cancels: true,
  hasTurnEvents: true,
  answersTurns: true,
  yieldsToSpeech: true,
  takesHistory: true,
  expiresAt: null,
  pacing: 'burst',
};
const BYTES_PER_MS = 8;
/** Any code but silence. */
const A_SOUND = 0x55;
