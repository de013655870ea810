import type { RealtimeClientEvent } from 'openai/resources/realtime/realtime';
import { unreachable } from '../../errors.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type {
  Aside,
  ContextItem,
  PartId,
  RealtimeSession,
  RemoteTools,
  ResponseOutcome,
  ResponseWant,
  SessionEvent,
  SessionLost,
  SessionSetup,
} from '../../ports/model.ts';
import type { ToolOffer } from '../../ports/tools.ts';
import type { OpenAIAccess } from './address.ts';
import { appendMessage } from './append-message.ts';
import { Asides } from './asides.ts';
import { contextItem } from './context-item.ts';
import { DeltaReader, partOf, type Sound } from './deltas.ts';
import { BUSY_CODE, codeOf, detailOf, isHarmless, lossOf } from './error-codes.ts';
import { Opening } from './opening.ts';
import {
  readServerEvent,
  type ServerError,
  type ServerEvent,
  type ServerItem,
  type ServerResponse,
} from './server-events.ts';
import { type OpenAIDefaults, toolsConfig } from './session-setup.ts';
import { ModelSocket } from './socket.ts';
import { ToolCalls } from './tool-calls.ts';
import { Truncations } from './truncations.ts';
import { usageOf } from './usage.ts';
import { Wishes } from './wishes.ts';

/** A conversation over the Realtime API. Commands before it is ready, or after it is over, do nothing. */
export class OpenAISession implements RealtimeSession {
  readonly #tell: (event: SessionEvent) => void;
  readonly #socket: ModelSocket;
  readonly #cancelTimeLimit: Cancel;
  readonly #truncations = new Truncations();
  /** Answers we know of, so that one announced twice, or not at all, begins once. */
  readonly #begun: string[] = [];
  readonly #wishes = new Wishes();
  readonly #asides = new Asides();
  readonly #toolCalls = new ToolCalls();
  readonly #deltas = new DeltaReader();
  readonly #remoteTools: readonly RemoteTools[];
  /** What the server reports as the end of speech includes the pause that it waited for. */
  readonly #pauseMs: number;
  #opening: Opening | null;
  #isOver = false;

  constructor(
    access: OpenAIAccess,
    defaults: OpenAIDefaults,
    setup: SessionSetup,
    clock: Clock,
    tell: (event: SessionEvent) => void,
  ) {
    this.#tell = tell;
    this.#remoteTools = setup.remoteTools;
    const { detection } = setup.turnTaking;
    this.#pauseMs = detection.type === 'server_vad' ? detection.silenceMs : 0;
    const opening = new Opening(defaults, (session) => this.#send({ type: 'session.update', session }));
    this.#opening = opening;
    Promise.resolve(setup.instructions).then(
      (instructions) => opening.prepare(setup, instructions),
      () => this.#lose('refused', 'instructions_failed'),
    );
    this.#cancelTimeLimit = clock.after(READY_MS, () => this.#lose('unreachable', 'not_ready_in_time'));
    this.#socket = new ModelSocket(access, clock, {
      message: (text) => this.#onMessage(text),
      lost: (reason, detail) =>
        this.#lose(this.#opening && reason === 'dropped' ? 'unreachable' : reason, detail),
    });
  }

  get backlogBytes(): number {
    return this.#socket.backlogBytes;
  }

  hear(audio: Uint8Array): void {
    if (this.#opening) return;
    this.#socket.send(appendMessage(audio));
  }

  respond({ wantId, instructions, withoutTools }: ResponseWant): void {
    if (this.#opening) return;
    this.#send({
      type: 'response.create',
      event_id: this.#wishes.eventId(wantId),
      response: {
        metadata: this.#wishes.metadata(wantId),
        ...(instructions !== undefined && { instructions }),
        ...(withoutTools && { tool_choice: 'none' }),
      },
    });
  }

  cancel(responseId: string): void {
    this.#command({ type: 'response.cancel', response_id: responseId });
  }

  truncate(part: PartId, heardMs: number): void {
    this.#command(this.#truncations.truncate(part, heardMs));
  }

  add(item: ContextItem): void {
    this.#command({ type: 'conversation.item.create', item: contextItem(item) });
  }

  askAside(aside: Aside): void {
    this.#command(this.#asides.request(aside));
  }

  update(change: { readonly instructions?: string; readonly tools?: readonly ToolOffer[] }): void {
    const { instructions, tools } = change;
    this.#command({
      type: 'session.update',
      session: {
        type: 'realtime',
        ...(instructions !== undefined && { instructions }),
        ...(tools && { tools: toolsConfig(tools, this.#remoteTools) }),
      },
    });
  }

  commitTurn(): void {
    this.#command({ type: 'input_audio_buffer.commit' });
  }

  discardTurn(): void {
    this.#command({ type: 'input_audio_buffer.clear' });
  }

  close(): void {
    this.#isOver = true;
    this.#cancelTimeLimit();
    this.#socket.close();
  }

  #command(event: RealtimeClientEvent): void {
    if (!this.#opening) this.#send(event);
  }

  #send(event: RealtimeClientEvent): void {
    this.#socket.send(JSON.stringify(event));
  }

  #lose(reason: SessionLost, detail: string): void {
    if (this.#isOver) return;
    this.close();
    this.#tell({ type: 'lost', reason, detail: codeOf(detail) });
  }

  #onMessage(text: Buffer): void {
    if (this.#isOver) return;
    const sound = this.#opening ? null : this.#deltas.read(text);
    if (sound) return this.#speak(sound);
    const event = readServerEvent(text.toString());
    if (!event) return;
    if (this.#opening) this.#open(this.#opening, event);
    else this.#onEvent(event);
  }

  #open(opening: Opening, event: ServerEvent): void {
    const step = opening.on(event);
    if (step.type === 'lost') return this.#lose(step.reason, step.detail);
    if (step.type === 'waiting') return;
    if (step.type === 'reduced') return this.#problem(`does_without_${step.without}`);
    this.#opening = null;
    this.#cancelTimeLimit();
    this.#tell(step);
  }

  #onEvent(event: ServerEvent): void {
    switch (event.type) {
      case 'session.created':
      case 'session.updated':
        return;
      case 'input_audio_buffer.speech_started':
        return this.#tell({ type: 'speech_started' });
      case 'input_audio_buffer.speech_stopped':
        this.#wishes.turnEnded();
        return this.#tell({
          type: 'speech_stopped',
          ...(typeof event.audio_end_ms === 'number' && { endedMs: event.audio_end_ms - this.#pauseMs }),
        });
      case 'conversation.item.input_audio_transcription.completed':
        return this.#tell({ type: 'caller_words', text: event.transcript });
      case 'response.created':
        return this.#asides.begins(event.response)
          ? undefined
          : this.#begin(event.response.id, event.response);
      case 'response.output_audio.delta':
        return this.#speak({
          type: 'audio',
          part: partOf(event),
          audio: Buffer.from(event.delta, 'base64'),
        });
      case 'response.output_audio.done':
        return this.#tell({ type: 'audio_done', part: partOf(event) });
      case 'response.output_audio_transcript.delta':
        this.#begin(event.response_id);
        return this.#tell({ type: 'words', part: partOf(event), text: event.delta });
      case 'response.output_text.delta':
        if (this.#asides.has(event.response_id)) return;
        this.#begin(event.response_id);
        return this.#tell({ type: 'writing', responseId: event.response_id, text: event.delta });
      case 'conversation.item.added':
      case 'conversation.item.created': // what it is called on servers of an older fashion
        if (event.item.type !== 'function_call_output' || !event.item.call_id) return;
        return this.#tell({ type: 'tool_output_taken', toolCallId: event.item.call_id });
      case 'response.output_item.done':
        return this.#tellToolCall(event.response_id, event.item);
      case 'response.done':
        return this.#finish(event.response);
      case 'error':
        return this.#onError(event.error);
      default:
        return unreachable(event);
    }
  }

  #speak(sound: Sound): void {
    this.#begin(sound.part.responseId);
    this.#tell(sound);
  }

  #begin(responseId: string, response?: ServerResponse): void {
    if (this.#begun.at(-1) === responseId || this.#begun.includes(responseId)) return;
    this.#begun.push(responseId);
    if (this.#begun.length > MOST_BEGUN) this.#begun.shift();
    this.#tell({ type: 'response_started', responseId, wantId: this.#wishes.servedBy(response?.metadata) });
  }

  #tellToolCall(responseId: string, item: ServerItem): void {
    const call = this.#asides.has(responseId) ? null : this.#toolCalls.read(item);
    if (call) this.#tell({ type: 'tool_call', responseId, call });
  }

  #finish(response: ServerResponse): void {
    const aside = this.#asides.finished(response);
    if (aside) return this.#tell({ type: 'aside_answered', ...aside });
    this.#begin(response.id, response);
    for (const item of response.output ?? []) this.#tellToolCall(response.id, item); // some say it only here
    const outcome = OUTCOMES.get(response.status ?? '') ?? 'failed';
    const reason = outcome === 'completed' ? null : codeOf(detailOf(response.status_details));
    if (outcome === 'failed' || outcome === 'incomplete') this.#problem(`response_${outcome}_${reason}`);
    this.#tell({
      type: 'response_done',
      responseId: response.id,
      outcome,
      ...(reason !== null && { reason }),
      usage: usageOf(response.usage),
    });
  }

  #onError(error: ServerError): void {
    const code = error.code ?? error.type ?? 'unknown';
    const loss = lossOf(error);
    if (loss) return this.#lose(loss, code);
    if (isHarmless(error)) return;

    const { isOurs, correction } = this.#truncations.refused(error);
    if (correction) this.#send(correction);
    if (isOurs) return;

    const askId = this.#asides.refused(error.event_id);
    if (askId !== null) this.#tell({ type: 'aside_answered', askId, text: null });
    const wantId = this.#wishes.ofEvent(error.event_id);
    if (code === BUSY_CODE) return this.#tell({ type: 'response_refused', wantId, because: 'busy' });
    if (wantId !== null) this.#tell({ type: 'response_refused', wantId, because: 'rejected' });
    this.#problem(code);
  }

  #problem(code: string): void {
    this.#tell({ type: 'problem', code: codeOf(code) });
  }
}

const OUTCOMES: ReadonlyMap<string, ResponseOutcome> = new Map([
  ['completed', 'completed'],
  ['cancelled', 'cancelled'],
  ['incomplete', 'incomplete'],
  ['failed', 'failed'],
]);

/** Connect, handshake and set-up together. */
const READY_MS = 6_000;

const MOST_BEGUN = 32;
