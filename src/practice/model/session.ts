import type { SessionUpdateEvent } from 'openai/resources/realtime/realtime';
import { unreachable } from '../../errors.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import { CallerTurns } from './caller-turns.ts';
import { type ClientEvent, readClientEvent } from './client-events.ts';
import { Conversation, createdEntry, type Entry, retrieved } from './conversation.ts';
import type { Outlet } from './outlet.ts';
import { type McpTool, type RemoteServer, RemoteTools } from './remote-tools.ts';
import { RequestError, refusals } from './request-error.ts';
import { Responses } from './responses.ts';
import type { Unsent } from './server-events.ts';
import {
  asTranscription,
  defaultConfig,
  type SessionConfig,
  type TranscriptionConfig,
  updatedConfig,
  type WireFormat,
} from './session-config.ts';
import type { SessionContext } from './session-context.ts';
import { Transcription } from './transcription.ts';
import { fromBase64 } from './wire-audio.ts';

export interface SessionSetup {
  readonly kind: SessionKind;
  readonly model: string;
  readonly context: Omit<SessionContext, 'send' | 'remote'>;
  /** The way to the MCP servers that the client names. */
  reach(tool: McpTool): RemoteServer;
  readonly outlet: Outlet;
  onClientEvent(event: ClientEvent): void;
}

/** What a client has sent so far. */
export interface Received {
  events: number;
  appends: number;
  audioBytes: number;
}

/** The longest sound of one append. */
const MOST_APPEND_BYTES = 15 * 1024 * 1024;

/** One conversation over one connection: takes client events, answers with server events. Knows nothing of sockets. */
export class Session {
  readonly received: Received = { events: 0, appends: 0, audioBytes: 0 };
  readonly #setup: SessionSetup;
  readonly #context: SessionContext;
  readonly #settings: Settings;
  readonly #conversation: Conversation;
  readonly #turns: CallerTurns;
  readonly #responses: Responses;
  readonly #transcription: Transcription;
  readonly #connection: Connection;

  constructor(setup: SessionSetup) {
    const { ids, clock, habits, misbehave } = setup.context;
    this.#setup = setup;
    this.#connection = new Connection(setup.outlet, clock);
    const send = (event: Unsent) => this.#connection.send(event);
    this.#conversation = new Conversation(ids.next('conv'));
    const remote = new RemoteTools({ ids, send, conversation: this.#conversation, reach: setup.reach });
    this.#context = { ...setup.context, send, remote };
    const maximumS = misbehave.expireAfterS ?? habits.sessionMaximumS;
    this.#settings = new Settings(this.#context, setup.kind, setup.model, maximumS);
    this.#transcription = new Transcription(this.#context, () => this.config);
    this.#turns = new CallerTurns(this.#context, this.#conversation, this.config.audio.input, {
      speechStarted: () => this.#speechStarted(),
      turnTaken: (entry, wantsAnswer) => this.#turnTaken(entry, wantsAnswer),
    });
    this.#responses = new Responses(this.#context, this.#conversation, {
      config: () => this.config,
      hasSpoken: () => this.#connection.hasSpoken,
      answering: () => this.#turns.answering(),
      answered: (audioMs) => {
        this.#turns.answered(audioMs);
        this.#transcription.flush();
      },
    });
    this.#connection.in(maximumS * 1_000, () => this.#expire(maximumS));
  }

  get config(): SessionConfig {
    return this.#settings.inForce;
  }

  get entries(): readonly Entry[] {
    return this.#conversation.entries;
  }

  /** How much sound of the caller has come in. */
  get heardMs(): number {
    return this.#turns.appendedMs;
  }

  get isAnswering(): boolean {
    return this.#responses.isAnswering;
  }

  begin(): void {
    const { misbehave, habits } = this.#context;
    this.#connection.send({ type: 'session.created', session: this.#settings.shown });
    if (habits.announcesConversation) {
      const { id } = this.#conversation;
      this.#connection.send({
        type: 'conversation.created',
        conversation: { id, object: 'realtime.conversation' },
      });
    }
    const drop = misbehave.dropSocket;
    if (drop?.afterMs === undefined) return;
    this.#connection.in(drop.afterMs, () => this.#setup.outlet.drop(drop.how));
  }

  /** Takes one text frame. Whatever it holds, the worst that follows is an `error` event. */
  receive(frame: string): void {
    this.received.events++;
    try {
      const event = readClientEvent(frame);
      this.#setup.onClientEvent(event);
      this.#answer(event);
    } catch (error) {
      this.refuse(error);
    }
  }

  /** Tells the client what it cannot have; a mistake of our own is the server's error. */
  refuse(error: unknown): void {
    const refusal =
      error instanceof RequestError
        ? error
        : new RequestError(null, `The server had an error: ${String(error)}`, null, 'server_error');
    const { kind, code, message, param, eventId } = refusal;
    this.#connection.send({ type: 'error', error: { type: kind, code, message, param, event_id: eventId } });
    if (refusal.endsSession) this.#setup.outlet.close(4000, `${kind}.${code}`);
  }

  /** The connection is gone: nothing is left running. */
  end(): void {
    this.#connection.end();
    this.#responses.abandon();
    this.#context.remote.close();
  }

  #answer(event: ClientEvent): void {
    const eventId = event.event_id ?? null;
    try {
      this.#refuseOnRequest(event.type);
      this.#do(event);
    } catch (error) {
      throw error instanceof RequestError ? error.answering(eventId) : error;
    }
  }

  #do(event: ClientEvent): void {
    switch (event.type) {
      case 'input_audio_buffer.append':
        return this.#hear(event.audio);
      case 'input_audio_buffer.commit':
        return this.#turns.commit();
      case 'input_audio_buffer.clear':
        return this.#turns.clear();
      case 'session.update':
        this.#settings.update(event.session, this.#connection.hasSpoken);
        return this.#turns.configure(this.config.audio.input);
      case 'conversation.item.create':
      case 'conversation.item.truncate':
      case 'conversation.item.delete':
      case 'conversation.item.retrieve':
        return answerItemEvent(event, this.#context, this.#conversation, this.config.audio.input.format);
      case 'response.create':
        return this.#respond(event.response ?? {});
      case 'response.cancel':
        return this.#responses.cancel(event.response_id);
      case 'output_audio_buffer.clear':
        throw refusals.invalid('type', "'output_audio_buffer.clear' exists over WebRTC and SIP only.");
      default:
        return unreachable(event);
    }
  }

  #hear(audio: string): void {
    const bytes = fromBase64(audio);
    if (bytes === null) throw refusals.invalid('audio', 'Expected base64.');
    if (bytes.length > MOST_APPEND_BYTES) throw refusals.invalid('audio', 'Expected at most 15 MiB.');
    this.received.appends++;
    this.received.audioBytes += bytes.length;
    this.#turns.hear(bytes);
  }

  #respond(request: NonNullable<Extract<ClientEvent, { type: 'response.create' }>['response']>): void {
    if (this.#settings.kind === 'transcription') {
      throw refusals.invalid('type', 'A transcription session does not answer.');
    }
    this.#responses.create(request);
  }

  #speechStarted(): void {
    if (this.config.audio.input.turn_detection?.interrupt_response === true) this.#responses.interrupt();
  }

  #turnTaken(entry: Entry, wantsAnswer: boolean): void {
    const answers = wantsAnswer && this.#settings.kind === 'realtime';
    this.#transcription.add(entry, answers && !this.#responses.isAnswering);
    if (!answers) return;
    try {
      this.#responses.create(null);
    } catch (error) {
      this.refuse(error);
    }
  }

  #refuseOnRequest(type: string): void {
    const code = this.#context.misbehave.refuseEvents?.[type];
    if (code !== undefined) throw new RequestError(code, `Refused on request: ${code}.`);
  }

  #expire(maximumS: number): void {
    const { expiryForm } = this.#context.habits;
    const expired = refusals.expired(maximumS);
    const { kind, code, message } = expired;
    if (expiryForm !== 'close') {
      this.#connection.send({
        type: 'error',
        error: { type: kind, code, message, param: null, event_id: null },
      });
    }
    this.#responses.abandon();
    this.#setup.outlet.close(expiryForm === 'error' ? 1000 : 1001, expiryForm === 'error' ? '' : message);
  }
}

/** The way to the client, for as long as it is open. */
class Connection {
  readonly #outlet: Outlet;
  readonly #clock: Clock;
  #hasSpoken = false;
  #timers: Cancel[] = [];

  constructor(outlet: Outlet, clock: Clock) {
    this.#outlet = outlet;
    this.#clock = clock;
  }

  /** Some of an answer's sound has been sent. */
  get hasSpoken(): boolean {
    return this.#hasSpoken;
  }

  send(event: Unsent): void {
    if (event.type === 'response.output_audio.delta') this.#hasSpoken = true;
    this.#outlet.send(event);
  }

  /** Does something then, if it is still open. */
  in(ms: number, act: () => void): void {
    this.#timers.push(this.#clock.after(ms, act));
  }

  end(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers = [];
  }
}

type Update = SessionUpdateEvent['session'];
type SessionKind = Update['type'];

/** What is in force in one session, and how a client changes it. */
class Settings {
  readonly kind: SessionKind;
  readonly #context: SessionContext;
  #config: SessionConfig;

  constructor(context: SessionContext, kind: SessionKind, model: string, maximumS: number) {
    const expiresAt = Math.round(context.clock.wallMs() / 1_000 + maximumS);
    this.kind = kind;
    this.#context = context;
    this.#config = defaultConfig(context.ids.next('sess'), model, expiresAt);
  }

  get inForce(): SessionConfig {
    return this.#config;
  }

  /** As a client sees it. */
  get shown(): SessionConfig | TranscriptionConfig {
    return this.kind === 'transcription' ? asTranscription(this.#config) : this.#config;
  }

  /** Takes an update whole or refuses it whole. */
  update(update: Update, hasSpoken: boolean): void {
    const { rejectSessionUpdate: rejection, otherFormat } = this.#context.misbehave;
    if (rejection !== undefined) {
      throw new RequestError(rejection.code, 'The session update was refused.', rejection.param ?? null);
    }
    const config = updatedConfig(this.#config, this.kind, update, hasSpoken);
    const { input, output } = config.audio;
    this.#config = {
      ...config,
      audio: {
        input: { ...input, format: otherFormat?.input ?? input.format },
        output: { ...output, format: otherFormat?.output ?? output.format },
      },
    };
    this.#context.send({ type: 'session.updated', session: this.shown });
    if (update.type === 'realtime') void this.#context.remote.offer(update.tools ?? []);
  }
}

type ItemEvent = Extract<ClientEvent, { type: `conversation.item.${string}` }>;

/** Answers what a client asks about the items of its conversation. */
function answerItemEvent(
  event: ItemEvent,
  context: SessionContext,
  conversation: Conversation,
  inputFormat: WireFormat,
): void {
  switch (event.type) {
    case 'conversation.item.create':
      return createItem(event, context, conversation, inputFormat);
    case 'conversation.item.truncate':
      return truncateItem(event, context, conversation);
    case 'conversation.item.delete':
      conversation.delete(event.item_id);
      return context.send({ type: 'conversation.item.deleted', item_id: event.item_id });
    case 'conversation.item.retrieve': {
      const entry = conversation.find(event.item_id);
      if (entry === undefined) throw refusals.noSuchItem('retrieve', event.item_id);
      return context.send({ type: 'conversation.item.retrieved', item: retrieved(entry) });
    }
    default:
      return unreachable(event);
  }
}

function createItem(
  event: Extract<ItemEvent, { type: 'conversation.item.create' }>,
  { ids, ears, remote, send }: SessionContext,
  conversation: Conversation,
  format: WireFormat,
): void {
  const id = event.item.id ?? ids.next('item');
  if (event.item.type === 'mcp_approval_response') remote.checkApproval(event.item);
  const entry = createdEntry(event, id, { conversation, ears, format });
  conversation.insert(entry, event.previous_item_id ?? undefined);
  const previousId = conversation.previousId(id);
  for (const type of ['conversation.item.added', 'conversation.item.done'] as const) {
    send({ type, previous_item_id: previousId, item: entry.item });
  }
  if (event.item.type === 'mcp_approval_response') remote.answered(event.item);
}

function truncateItem(
  event: Extract<ItemEvent, { type: 'conversation.item.truncate' }>,
  { misbehave, send }: SessionContext,
  conversation: Conversation,
): void {
  const { item_id, content_index, audio_end_ms } = event;
  if (misbehave.rejectTruncate === true) {
    throw refusals.truncateTooLong(Math.max(0, audio_end_ms - 1), audio_end_ms);
  }
  conversation.truncate(item_id, content_index, audio_end_ms);
  send({ type: 'conversation.item.truncated', item_id, content_index, audio_end_ms });
}
