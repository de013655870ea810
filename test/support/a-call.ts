import { Call } from '../../src/call/call.ts';
import { type CallPlan, NO_TOOLS } from '../../src/call/call-plan.ts';
import { Metronome } from '../../src/call/metronome.ts';
import { type CallTap, NO_TAP } from '../../src/ports/call-tap.ts';
import type { EndReason } from '../../src/ports/end-reasons.ts';
import type { CallEvent } from '../../src/ports/facts.ts';
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
} from '../../src/ports/session.ts';
import { CAPABILITIES } from '../../src/testing/scripted-model.ts';
import { ScriptedPhoneCall } from '../../src/testing/scripted-phone-call.ts';
import type { Journey } from '../../src/testing/simulated-phone.ts';
import { ListeningPhone } from './listening-phone.ts';
import { isLived } from './lived-calls.ts';
import { TestClock } from './test-clock.ts';

export interface CallOptions {
  readonly plan?: Partial<CallPlan>;
  readonly tap?: CallTap;
  readonly capabilities?: Partial<Capabilities>;
  readonly journey?: Partial<Journey>;
  /** Where the story begins: both sides ready, unless it is about how they become so. */
  readonly begins?: 'talking' | 'ringing';
}

export const PLAN: CallPlan = {
  agent: 'test',
  model: 'scripted',
  instructions: 'Be brief.',
  greeting: { kind: 'none' },
  turnDetection: { type: 'server_vad', threshold: 0.5, prefixPaddingMs: 300, silenceMs: 500 },
  output: 'speech',
  interruption: 'immediate',
  toolbox: NO_TOOLS,
  remoteTools: [],
  transferTargets: {},
  silence: null,
  maxDurationMs: 30 * 60_000,
  beforeTheEnd: { noticeMs: 30_000, about: 'Say that half a minute is left.' },
  apology: {},
  recording: 'never',
};

/** A whole call on a test clock: a phone that plays, and a model that says what the test wants. */
export function aCall(options: CallOptions = {}) {
  const clock = new TestClock();
  const sent: string[] = [];
  const facts: CallEvent[] = [];
  const crashes: unknown[] = [];
  const log = (entry: string) => void sent.push(entry);
  const phone = new ListeningPhone(clock, options.journey, log);
  const model = new ScriptedModel({ ...CAPABILITIES, ...options.capabilities }, log);
  const plan = { ...PLAN, ...options.plan };
  const phoneCall = new ScriptedPhoneCall('CA1', { leg: () => phone, told: log });
  let endReason: EndReason | null = null;
  const call = new Call(
    { callId: 'CA1', carrier: 'test', from: '+1', to: '+2', format: 'pcmu' },
    plan,
    {
      clock,
      metronome: new Metronome(clock),
      model: { open: (_setup, tell) => model.open(tell) },
      observer: (_callId, event) => void facts.push(event),
      tapOf: () => options.tap ?? NO_TAP,
      phoneCallOf: () => phoneCall,
      crashed: (_callId, error) => void crashes.push(error),
    },
    (reason) => {
      endReason = reason;
    },
  );
  isLived(() => ({
    facts,
    hasLine: call.hasLine,
    endReason,
    saying: call.control.saying.map(({ itemId }) => itemId),
    cuts: new Map(model.cuts),
  }));
  if (options.begins !== 'ringing') {
    model.isReady();
    call.connect(phone);
  }
  let lineMs = 0;
  /** The line brings this, frame by frame, in its own time. */
  const lineBrings = (audio: Uint8Array) => {
    for (let at = 0; at < audio.length; at += 160) {
      phone.tell({ type: 'audio', audio: audio.subarray(at, at + 160), atMs: lineMs });
      lineMs += 20;
      clock.advance(20);
    }
  };
  const factsOf = <T extends CallEvent['type']>(type: T) =>
    facts.filter((fact): fact is Extract<CallEvent, { type: T }> => fact.type === type);
  return {
    call,
    phoneCall,
    clock,
    model,
    phone,
    lineBrings,
    sent,
    facts,
    factsOf,
    crashes,
    endReason: () => endReason,
  };
}

/** Which request an answer serves: the last one for this purpose; null if the model had the idea. */
type Want = ResponsePurpose | ResponseRequest | null;

interface Speech {
  readonly ms: number;
  readonly response?: string;
  readonly code?: number;
  readonly want?: Want;
}

/** The model's side, spoken by a test. */
export class ScriptedModel implements Session {
  readonly #capabilities: Capabilities;
  readonly #log: (entry: string) => void;
  /** Everything the model has been given to hear. */
  readonly heard: number[] = [];
  /** What it was asked for, and what for. */
  readonly asked: ResponseRequest[] = [];
  readonly added: ContextItem[] = [];
  /** What it was told was heard of an item of an answer, the last time. */
  readonly cuts = new Map<string, number>();
  backlogBytes = 0;
  isClosed = false;
  /** How many sessions there were. */
  opened = 0;
  closed = 0;
  #tell: (event: SessionEvent) => void = () => {};

  constructor(capabilities: Capabilities, log: (entry: string) => void) {
    this.#capabilities = capabilities;
    this.#log = log;
  }

  open(tell: (event: SessionEvent) => void): Session {
    this.#tell = tell;
    this.opened += 1;
    return this;
  }

  tell(event: SessionEvent): void {
    this.#tell(event);
  }

  isReady(more: Partial<Capabilities> = {}): void {
    this.#tell({ type: 'ready', capabilities: { ...this.#capabilities, ...more } });
  }

  /** What tells of the session that is open now, also once it is not the last one any more. */
  teller(): (event: SessionEvent) => void {
    return this.#tell;
  }

  get wants(): readonly ResponsePurpose[] {
    return this.asked.map(({ purpose }) => purpose);
  }

  starts(responseId: string, want: Want = null): void {
    this.#tell({ type: 'response_started', responseId, requestId: want === null ? null : this.idOf(want) });
  }

  refuses(want: ResponsePurpose | ResponseRequest, because: 'busy' | 'rejected'): void {
    this.#tell({ type: 'response_refused', requestId: this.idOf(want), because });
  }

  idOf(want: ResponsePurpose | ResponseRequest): string {
    if (typeof want !== 'string') return want.requestId;
    const request = this.asked.findLast(({ purpose }) => purpose === want);
    if (!request) throw new Error(`Nobody has asked for: ${want}`);
    return request.requestId;
  }

  /** One delta of this much sound: the item's own code, over and over. */
  delta(item: string, code: number, ms: number, responseId = 'r1'): void {
    const part = { responseId, itemId: item, contentIndex: 0 };
    const bytes = this.#capabilities.formats.output === 'pcmu' ? ms * 8 : ms * 48;
    this.#tell({ type: 'audio', part, audio: new Uint8Array(bytes).fill(code) });
  }

  /** A whole stretch of speech at once, much faster than real time. */
  says(item: string, { ms, response = 'r1', code = 0x55, want = null }: Speech): void {
    this.starts(response, want);
    this.delta(item, code, ms, response);
    this.#tell({ type: 'audio_done', part: { responseId: response, itemId: item, contentIndex: 0 } });
    this.#tell({ type: 'response_done', responseId: response, outcome: 'completed', usage: null });
  }

  /** Asks for things to be done, and is finished with its answer. */
  calls(names: readonly string[], response = 'r1', outcome: ResponseOutcome = 'completed'): void {
    for (const callId of names) {
      const call = { callId, name: 'look_up', arguments: '{}' };
      this.#tell({ type: 'tool_call', responseId: response, itemId: callId, call });
    }
    this.#tell({ type: 'response_done', responseId: response, outcome, usage: null });
  }

  /** Takes in what the tools said. */
  takesOutputs(...callIds: readonly string[]): void {
    for (const toolCallId of callIds) this.#tell({ type: 'tool_output_taken', toolCallId });
  }

  hearsSpeech(itemId: string | null = null): void {
    this.#tell({ type: 'speech_started', itemId });
  }

  hearsPause(itemId: string | null = null): void {
    this.#tell({ type: 'speech_stopped', itemId });
  }

  writesDown(text: string, itemId: string | null = null): void {
    this.#tell({ type: 'caller_words', itemId, text });
  }

  hear(audio: Uint8Array): void {
    for (const byte of audio) this.heard.push(byte);
  }

  respond(request: ResponseRequest): void {
    this.asked.push(request);
    this.#log(`respond ${request.purpose}`);
  }

  cancel(responseId: string): void {
    this.#log(`cancel ${responseId}`);
  }

  truncate(part: PartId, heardMs: number): void {
    this.cuts.set(`${part.responseId} ${part.itemId}`, heardMs);
    this.#log(`truncate ${part.itemId} at ${heardMs} ms`);
  }

  add(item: ContextItem): void {
    this.added.push(item);
    this.#log(item.type === 'tool_output' ? `output ${item.toolCallId}` : `add ${item.type}`);
  }

  askOutOfBand({ askId }: OutOfBandRequest): void {
    this.#log(`ask ${askId}`);
  }

  update(): void {
    this.#log('update');
  }

  commitTurn(): void {
    this.#log('commit');
  }

  discardTurn(): void {
    this.#log('discard');
  }

  close(): void {
    this.isClosed = true;
    this.closed += 1;
  }
}
