import type {
  Capabilities,
  ContextItem,
  OutOfBandRequest,
  PartId,
  ResponseOutcome,
  ResponseRequest,
  Session,
  SessionEvent,
  SpeechModel,
} from '../../../src/ports/session.ts';
import type { TestClock } from '../test-clock.ts';

/** What one answer of the model's is like. */
export type Behaviour =
  | { readonly kind: 'speaks'; readonly ms: number; readonly afterMs?: number; readonly text?: string }
  /** Asks for tools, with or without a word before it. */
  | {
      readonly kind: 'asks for';
      readonly tools: readonly string[];
      readonly saysMs: number;
      readonly args?: string;
    }
  /** Has its own side look something up; null: that never comes back. */
  | { readonly kind: 'looks up'; readonly takeMs: readonly (number | null)[]; readonly saysMs: number }
  | { readonly kind: 'fails' }
  | { readonly kind: 'is incomplete'; readonly ms: number }
  /** The request is lost: nothing is ever said to it. */
  | { readonly kind: 'never starts' }
  | { readonly kind: 'starts and says nothing' }
  | { readonly kind: 'stalls'; readonly ms: number }
  /** Everything is said, and `response.done` gets lost. */
  | { readonly kind: 'loses its end'; readonly ms: number };

/** A word of ours that the model was told, and when. */
export interface Cut {
  readonly itemId: string;
  readonly heardMs: number;
}

/**
 * A speech model behind the session port, as the protocol describes it: one answer at a time, requests refused
 * meanwhile, answers of its own after the caller's turns where that is agreed, news on its way for a while.
 */
export class CrossingModel implements SpeechModel, Session {
  readonly #clock: TestClock;
  readonly #capabilities: Capabilities;
  readonly #heardOf: (what: string) => void;
  readonly backlogBytes = 0;
  /** What its next answers are like, and all those after them. */
  readonly next: Behaviour[] = [];
  always: Behaviour = { kind: 'speaks', ms: 1_200 };
  /** Asks for tools also where it must not. */
  isDisobedient = false;
  /** How long what it was given to hear last has been silent. */
  silentMs = 0;
  isClosed = false;
  isReady = false;
  /** How many there were: what one of them had still to say is not said by the next. */
  sessions = 0;
  readonly sentMs = new Map<string, number>();
  /** When the first sound was sent of the answer with this code. */
  readonly soundedAt = new Map<number, number>();
  readonly cuts: Cut[] = [];
  readonly texts: string[] = [];
  readonly doneTold: string[] = [];
  /** Tool calls it has put, answer by answer, … */
  readonly toolCalls: string[][] = [];
  /** … and how often each was answered. */
  readonly outputs = new Map<string, number>();
  /** What was said to its end, by what it was asked for with. */
  readonly served = new Set<string>();
  #tell: (event: SessionEvent) => void = () => {};
  #active: { readonly responseId: string; readonly itemId: string } | null = null;
  #requestId: string | null = null;
  #answers = 0;
  #calls = 0;
  #turns = 0;

  constructor(clock: TestClock, capabilities: Capabilities, heardOf: (what: string) => void) {
    this.#clock = clock;
    this.#capabilities = capabilities;
    this.#heardOf = heardOf;
  }

  open(_setup: unknown, tell: (event: SessionEvent) => void): Session {
    this.#tell = tell;
    this.sessions += 1;
    if (this.isClosed) this.#isAnother();
    return this;
  }

  becomesReady(): void {
    if (this.isReady || this.isClosed) return;
    this.isReady = true;
    this.#tell({ type: 'ready', capabilities: this.#capabilities });
  }

  isLost(reason: 'dropped' | 'expired' | 'unreachable'): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#tell({ type: 'lost', reason, detail: 'a_test' });
  }

  hearsSpeech(): void {
    if (!this.isReady) return;
    this.#news({ type: 'speech_started', itemId: `u${++this.#turns}` });
    if (this.#capabilities.yieldsToSpeech && this.#active) this.#finish('cancelled');
  }

  /** The caller's turn is over; that may be told, or get lost. */
  hearsPause(isTold: boolean): void {
    if (!this.isReady) return;
    if (isTold) this.#news({ type: 'speech_stopped', itemId: `u${this.#turns}` });
    if (this.#capabilities.answersTurns && !this.#active) this.#begin(null, false);
  }

  writesDown(text: string): void {
    this.#news({ type: 'caller_words', itemId: `u${this.#turns}`, text });
  }

  hear(audio: Uint8Array): void {
    this.#heardOf('hear');
    this.silentMs = audio.every((code) => code === SILENT) ? this.silentMs + audio.length / 8 : 0;
  }

  respond({ requestId, withoutTools = false }: ResponseRequest): void {
    this.#heardOf(`respond ${requestId}`);
    this.#later(WAY_MS, () => {
      if (this.#active) this.#news({ type: 'response_refused', requestId, because: 'busy' });
      else this.#begin(requestId, withoutTools);
    });
  }

  cancel(responseId: string): void {
    this.#heardOf('cancel');
    this.#later(WAY_MS, () => {
      if (this.#active?.responseId === responseId) this.#finish('cancelled');
    });
  }

  truncate(part: PartId, heardMs: number): void {
    this.#heardOf('truncate');
    this.cuts.push({ itemId: part.itemId, heardMs });
  }

  add(item: ContextItem): void {
    this.#heardOf(`add ${item.type}`);
    if (item.type === 'text') this.texts.push(item.text);
    if (item.type !== 'tool_output') return;
    const { toolCallId } = item;
    this.outputs.set(toolCallId, (this.outputs.get(toolCallId) ?? 0) + 1);
    this.#later(WAY_MS, () => this.#news({ type: 'tool_output_taken', toolCallId }));
  }

  askOutOfBand({ askId }: OutOfBandRequest): void {
    this.#later(WAY_MS, () => this.#news({ type: 'out_of_band_answered', askId, text: null }));
  }

  update(): void {
    this.#heardOf('update');
  }

  commitTurn(): void {
    this.#heardOf('commit');
  }

  discardTurn(): void {
    this.#heardOf('discard');
  }

  close(): void {
    this.isClosed = true;
  }

  #begin(requestId: string | null, withoutTools: boolean): void {
    const behaviour = this.next.shift() ?? this.always;
    if (behaviour.kind === 'never starts') return;
    const count = ++this.#answers;
    const answer = { responseId: `r${count}`, itemId: `i${count}`, code: codeOf(count) };
    this.#active = answer;
    this.#requestId = requestId;
    const isOfTools = behaviour.kind === 'asks for' || behaviour.kind === 'looks up';
    const isForbidden = isOfTools && withoutTools && !this.isDisobedient;
    this.#news({ type: 'response_started', responseId: answer.responseId, requestId });
    this.#asLongAs(answer, START_MS, () =>
      this.#perform(answer, isForbidden ? { kind: 'speaks', ms: 800 } : behaviour),
    );
  }

  #perform(answer: Answer, behaviour: Behaviour): void {
    switch (behaviour.kind) {
      case 'speaks':
        return this.#asLongAs(answer, behaviour.afterMs ?? 0, () => {
          if (behaviour.text !== undefined)
            this.#news({ type: 'words', part: partOf(answer), text: behaviour.text });
          this.#speak(answer, behaviour.ms, () => {
            this.#hasServed();
            this.#finish('completed');
          });
        });
      case 'asks for':
        return this.#speak(answer, behaviour.saysMs, () =>
          this.#ask(answer, behaviour.tools, behaviour.args),
        );
      case 'looks up':
        return this.#speak(answer, behaviour.saysMs, () => this.#lookUp(answer, behaviour.takeMs));
      case 'fails':
        return this.#finish('failed');
      case 'is incomplete':
        return this.#speak(answer, behaviour.ms, () => this.#finish('incomplete'));
      case 'starts and says nothing':
      case 'never starts':
        return;
      case 'stalls':
        return this.#sound(answer, behaviour.ms);
      case 'loses its end':
        return this.#speak(answer, behaviour.ms, () => {
          this.#hasServed();
          this.#active = null;
        });
    }
  }

  #hasServed(): void {
    if (this.#requestId !== null) this.served.add(this.#requestId);
  }

  /** Four times as fast as real time, as models are. */
  #speak(answer: Answer, ms: number, then: () => void): void {
    if (ms <= 0) return then();
    this.#sound(answer, Math.min(ms, PIECE_MS));
    this.#asLongAs(answer, PIECE_MS / 4, () => {
      if (ms > PIECE_MS) return this.#speak(answer, ms - PIECE_MS, then);
      this.#news({ type: 'audio_done', part: partOf(answer) });
      then();
    });
  }

  #sound(answer: Answer, ms: number): void {
    this.sentMs.set(answer.itemId, (this.sentMs.get(answer.itemId) ?? 0) + ms);
    if (ms > 0 && this.sentMs.get(answer.itemId) === ms) this.soundedAt.set(answer.code, this.#clock.now());
    const audio = new Uint8Array(ms * 8).fill(answer.code);
    this.#news({ type: 'audio', part: partOf(answer), audio });
  }

  #ask({ responseId }: Answer, tools: readonly string[], given = '{}'): void {
    const put: string[] = [];
    this.toolCalls.push(put);
    for (const name of tools) {
      const callId = `call${++this.#calls}`;
      put.push(callId);
      const args = name === 'transfer' ? '{"target":"desk"}' : given;
      this.#news({ type: 'tool_call', responseId, itemId: callId, call: { callId, name, arguments: args } });
    }
    this.#finish('completed');
  }

  #lookUp({ responseId }: Answer, takeMs: readonly (number | null)[]): void {
    for (const ms of takeMs) {
      const callId = `remote${++this.#calls}`;
      this.#news({
        type: 'remote_call',
        call: { callId, responseId, server: 'crm', name: 'find', arguments: '{}' },
      });
      const result = this.#calls % 3 === 0 ? 'failed' : 'ok';
      if (ms !== null)
        this.#later(ms, () => this.#news({ type: 'remote_call_done', callId, result, output: 'found' }));
    }
    this.#finish('completed');
  }

  #finish(outcome: ResponseOutcome): void {
    const responseId = this.#active?.responseId;
    if (responseId === undefined) return;
    this.#active = null;
    this.doneTold.push(responseId);
    this.#news({ type: 'response_done', responseId, outcome, usage: null });
  }

  #news(event: SessionEvent): void {
    if (!this.isClosed) this.#tell(event);
  }

  #asLongAs(answer: Answer, ms: number, act: () => void): void {
    this.#later(ms, () => {
      if (this.#active === answer) act();
    });
  }

  #later(ms: number, act: () => void): void {
    const session = this.sessions;
    this.#clock.after(ms, () => {
      if (!this.isClosed && session === this.sessions) act();
    });
  }

  #isAnother(): void {
    this.isClosed = false;
    this.isReady = false;
    this.#active = null;
    this.#later(READY_MS, () => this.becomesReady());
  }
}

interface Answer {
  readonly responseId: string;
  readonly itemId: string;
  readonly code: number;
}

function partOf({ responseId, itemId }: Answer): PartId {
  return { responseId, itemId, contentIndex: 0 };
}

const WAY_MS = 15;
const READY_MS = 400;
const START_MS = 150;
const PIECE_MS = 240;

/** The loudest codes, so that an echo of them can be told from a caller: half of them are negative. */
export function codeOf(answer: number): number {
  const loud = answer % (2 * LOUD_CODES);
  return loud < LOUD_CODES ? loud : loud - LOUD_CODES + 0x80;
}

const LOUD_CODES = 0x20;
const SILENT = 0xff;
