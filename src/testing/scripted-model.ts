import type {
  Capabilities,
  ContextItem,
  OutOfBandRequest,
  PartId,
  ResponseOutcome,
  ResponsePurpose,
  ResponseRequest,
  Session,
  SessionEvent,
  SessionLost,
  SpeechModel,
} from '../ports/session.ts';

/** Which request an answer serves: the last one for this purpose; null if the model had the idea. */
export type Want = ResponsePurpose | ResponseRequest | null;

export interface ScriptedSpeech {
  readonly ms: number;
  readonly response?: string;
  /** The words of it. */
  readonly text?: string;
  /** The sound of it, over and over. */
  readonly code?: number;
  readonly want?: Want;
}

/**
 * A model that says and does what a test has it do, and remembers what it was asked: in all, and session by session.
 * Used as a session itself, it counts as all of them.
 */
export class ScriptedModel implements SpeechModel, Session {
  readonly #capabilities: Capabilities;
  /** Told of what it is asked to do. */
  readonly #listeners = new Set<(entry: string) => void>();
  readonly #names = new Names();
  /** Every one that was opened, the first one first. */
  readonly sessions: ScriptedSession[] = [];
  /** Everything it has been given to hear. */
  readonly heard: number[] = [];
  /** What it was asked for, and what for. */
  readonly asked: ResponseRequest[] = [];
  readonly added: ContextItem[] = [];
  /** What it was told was heard of an item of an answer, the last time. */
  readonly cuts = new Map<string, number>();
  backlogBytes = 0;

  /** `told`: hears in a word or two what it is asked to do, in order. */
  constructor(capabilities: Partial<Capabilities> = {}, told: (entry: string) => void = () => {}) {
    this.#capabilities = { ...CAPABILITIES, ...capabilities };
    this.#listeners.add(told);
  }

  /** What is to happen happens in the one that was opened last. */
  open(_setup: unknown, tell: (event: SessionEvent) => void): ScriptedSession {
    const session = new ScriptedSession(this, tell);
    this.sessions.push(session);
    return session;
  }

  get opened(): number {
    return this.sessions.length;
  }

  get closed(): number {
    return this.sessions.filter(({ isClosed }) => isClosed).length;
  }

  get isClosed(): boolean {
    return this.closed === this.opened;
  }

  /** What tells of the session that is open now, also once it is closed: for news that comes late. */
  teller(): (event: SessionEvent) => void {
    const session = this.sessions.at(-1);
    return (event) => session?.tellLate(event);
  }

  /** Nobody is told anything of a session that is closed. */
  tell(event: SessionEvent): void {
    this.sessions.at(-1)?.tell(event);
  }

  isReady(more: Partial<Capabilities> = {}): void {
    this.tell({ type: 'ready', capabilities: { ...this.#capabilities, ...more } });
  }

  isLost(reason: SessionLost): void {
    const session = this.sessions.at(-1);
    session?.tell({ type: 'lost', reason, detail: 'as_scripted' });
    session?.close();
  }

  hearsSpeech(itemId: string | null = this.#names.nextTurn()): void {
    this.tell({ type: 'speech_started', itemId });
  }

  hearsPause(itemId: string | null = this.#names.turn): void {
    this.tell({ type: 'speech_stopped', itemId });
  }

  /** What the caller has said, in their last turn if nothing else is meant. */
  writesDown(text: string, itemId: string | null = this.#names.turn): void {
    this.tell({ type: 'caller_words', itemId, text });
  }

  get wants(): readonly ResponsePurpose[] {
    return this.asked.map(({ purpose }) => purpose);
  }

  starts(responseId: string, want: Want = null): void {
    this.tell({ type: 'response_started', responseId, requestId: want === null ? null : this.idOf(want) });
  }

  refuses(want: ResponsePurpose | ResponseRequest, because: 'busy' | 'rejected'): void {
    this.tell({ type: 'response_refused', requestId: this.idOf(want), because });
  }

  idOf(want: ResponsePurpose | ResponseRequest): string {
    if (typeof want !== 'string') return want.requestId;
    const request = this.asked.findLast(({ purpose }) => purpose === want);
    if (!request) throw new Error(`Nobody has asked for: ${want}`);
    return request.requestId;
  }

  /** One piece of sound, of this length. */
  delta(itemId: string, code: number, ms: number, responseId = 'r1'): void {
    const bytes = this.#capabilities.formats.output === 'pcmu' ? ms * 8 : ms * 48;
    this.tell({
      type: 'audio',
      part: { responseId, itemId, contentIndex: 0 },
      audio: new Uint8Array(bytes).fill(code),
    });
  }

  /** A whole answer at once, much faster than real time. */
  says(itemId: string, { ms, response = 'r1', text, code = A_SOUND, want = null }: ScriptedSpeech): void {
    const part = { responseId: response, itemId, contentIndex: 0 };
    this.starts(response, want);
    if (text !== undefined) this.tell({ type: 'words', part, text });
    this.delta(itemId, code, ms, response);
    this.tell({ type: 'audio_done', part });
    this.tell({ type: 'response_done', responseId: response, outcome: 'completed', usage: null });
  }

  /** Asks for this to be done, and is finished with its answer. */
  calls(callIds: readonly string[], response = 'r1', outcome: ResponseOutcome = 'completed'): void {
    for (const callId of callIds) this.puts(callId, 'look_up', '{}', response);
    this.tell({ type: 'response_done', responseId: response, outcome, usage: null });
  }

  puts(callId: string, name: string, args: string, responseId = 'r1'): void {
    const call = { callId, name, arguments: args };
    this.tell({ type: 'tool_call', responseId, itemId: callId, call });
  }

  /** Answers, to whatever it was asked last. */
  speaks(text: string, ms: number): void {
    const response = this.#names.nextAnswer();
    this.says(response, { ms, response, text, want: this.#names.unserved(this.asked) });
  }

  /** Asks for something to be done; resolves to what it is told of it. */
  async uses(name: string, args: unknown): Promise<unknown> {
    const response = this.#names.nextAnswer();
    const callId = `call-${response}`;
    const output = this.#outputOf(callId);
    this.starts(response, this.#names.unserved(this.asked));
    this.puts(callId, name, JSON.stringify(args), response);
    this.tell({ type: 'response_done', responseId: response, outcome: 'completed', usage: null });
    const told: unknown = JSON.parse(await output);
    this.takesOutputs(callId);
    return told;
  }

  /** Takes in what the tools said. */
  takesOutputs(...callIds: readonly string[]): void {
    for (const toolCallId of callIds) this.tell({ type: 'tool_output_taken', toolCallId });
  }

  hear(audio: Uint8Array): void {
    for (const byte of audio) this.heard.push(byte);
  }

  respond(request: ResponseRequest): void {
    this.asked.push(request);
    this.#note(`respond ${request.purpose}`);
  }

  cancel(responseId: string): void {
    this.#note(`cancel ${responseId}`);
  }

  truncate(part: PartId, heardMs: number): void {
    this.cuts.set(`${part.responseId} ${part.itemId}`, heardMs);
    this.#note(`truncate ${part.itemId} at ${heardMs} ms`);
  }

  add(item: ContextItem): void {
    this.added.push(item);
    this.#note(item.type === 'tool_output' ? `output ${item.toolCallId}` : `add ${item.type}`);
  }

  askOutOfBand({ askId }: OutOfBandRequest): void {
    this.#note(`ask ${askId}`);
  }

  update(): void {
    this.#note('update');
  }

  commitTurn(): void {
    this.#note('commit');
  }

  discardTurn(): void {
    this.#note('discard');
  }

  /** Else the one that was opened first is no longer needed. */
  close(session = this.sessions.find(({ isClosed }) => !isClosed)): void {
    if (session) session.isClosed = true;
  }

  #outputOf(callId: string): Promise<string> {
    return new Promise((resolve) => {
      const listener = () => {
        const item = this.added.at(-1);
        if (item?.type !== 'tool_output' || item.toolCallId !== callId) return;
        this.#listeners.delete(listener);
        resolve(item.output);
      };
      this.#listeners.add(listener);
    });
  }

  #note(entry: string): void {
    for (const listener of this.#listeners) listener(entry);
  }
}

/** One conversation with it: after its end it is told nothing, and does nothing. */
export class ScriptedSession implements Session {
  readonly #model: ScriptedModel;
  readonly #tell: (event: SessionEvent) => void;
  readonly heard: number[] = [];
  readonly asked: ResponseRequest[] = [];
  readonly added: ContextItem[] = [];
  isLost = false;
  isClosed = false;

  constructor(model: ScriptedModel, tell: (event: SessionEvent) => void) {
    this.#model = model;
    this.#tell = tell;
  }

  /** Nobody is told anything of one that is closed … */
  tell(event: SessionEvent): void {
    if (!this.isClosed) this.tellLate(event);
  }

  /** … unless it was under way by then. */
  tellLate(event: SessionEvent): void {
    if (event.type === 'lost') this.isLost = true;
    this.#tell(event);
  }

  get backlogBytes(): number {
    return this.#model.backlogBytes;
  }

  hear(audio: Uint8Array): void {
    if (this.#isOver) return;
    for (const byte of audio) this.heard.push(byte);
    this.#model.hear(audio);
  }

  respond(request: ResponseRequest): void {
    if (this.#isOver) return;
    this.asked.push(request);
    this.#model.respond(request);
  }

  cancel(responseId: string): void {
    if (!this.#isOver) this.#model.cancel(responseId);
  }

  truncate(part: PartId, heardMs: number): void {
    if (!this.#isOver) this.#model.truncate(part, heardMs);
  }

  add(item: ContextItem): void {
    if (this.#isOver) return;
    this.added.push(item);
    this.#model.add(item);
  }

  askOutOfBand(request: OutOfBandRequest): void {
    if (!this.#isOver) this.#model.askOutOfBand(request);
  }

  update(): void {
    if (!this.#isOver) this.#model.update();
  }

  commitTurn(): void {
    if (!this.#isOver) this.#model.commitTurn();
  }

  discardTurn(): void {
    if (!this.#isOver) this.#model.discardTurn();
  }

  close(): void {
    this.#model.close(this);
  }

  get #isOver(): boolean {
    return this.isLost || this.isClosed;
  }
}

/** Names for what comes, each once, and which request it serves. */
class Names {
  #turns = 0;
  #answers = 0;
  #served = 0;

  /** The caller's last turn. */
  get turn(): string {
    return `u${this.#turns}`;
  }

  nextTurn(): string {
    this.#turns += 1;
    return this.turn;
  }

  nextAnswer(): string {
    return `answer-${++this.#answers}`;
  }

  /** The last request, if no answer has been given since. */
  unserved(asked: readonly ResponseRequest[]): ResponseRequest | null {
    const request = asked.length > this.#served ? asked.at(-1) : undefined;
    this.#served = asked.length;
    return request ?? null;
  }
}

/** What most models can do that one can talk to. */
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

/** Any code but silence. */
const A_SOUND = 0x55;
