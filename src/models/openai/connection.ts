import type { RealtimeSessionCreateRequest } from 'openai/resources/realtime/realtime';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { Capabilities, SessionLost, SessionSetup } from '../../ports/session.ts';
import type { OpenAIAccess } from './access.ts';
import { lossOf } from './error-codes.ts';
import {
  type EffectiveSession,
  headingOf,
  readServerEvent,
  type ServerError,
  type ServerEvent,
} from './server-events.ts';
import { type OpenAIDefaults, sessionUpdate, traitsInForce, withoutRefusedPart } from './session-setup.ts';
import { type FailedDial, ModelSocket, Redial } from './socket.ts';

/** Where the opening of a session stands after an event of the server's. */
export type OpeningStep =
  | { readonly type: 'waiting' }
  /** The server will not have a part of the set-up; it was asked again, without it. */
  | { readonly type: 'noted'; readonly code: string }
  | { readonly type: 'ready'; readonly capabilities: Capabilities; readonly noted: string | null }
  | { readonly type: 'lost'; readonly reason: SessionLost; readonly detail: string };

/**
 * The first exchange with the server: it says it is there, we say what we want,
 * it says what is in force. Only then may sound flow, or the caller might talk to
 * the server's own default persona, or hear noise.
 */
class Opening {
  readonly #defaults: OpenAIDefaults;
  readonly #send: (session: RealtimeSessionCreateRequest) => void;
  #asked: RealtimeSessionCreateRequest | null = null;
  /** The server has said so. Who says it again is not told again what we want. */
  serverIsThere = false;

  constructor(defaults: OpenAIDefaults, send: (session: RealtimeSessionCreateRequest) => void) {
    this.#defaults = defaults;
    this.#send = send;
  }

  /** What the agent is to know may come before or after the server is there. */
  prepare(setup: SessionSetup, instructions: string): void {
    this.#ask(sessionUpdate(setup, instructions, this.#defaults));
  }

  on(event: ServerEvent): OpeningStep {
    switch (event.type) {
      case 'session.created':
        if (this.serverIsThere) return WAITING;
        this.serverIsThere = true;
        if (this.#asked) this.#ask(this.#asked);
        return WAITING;
      case 'session.updated':
        return this.#asked ? this.#compare(this.#asked, event.session) : WAITING;
      case 'error':
        return this.#refused(event.error);
      default:
        return WAITING;
    }
  }

  #ask(session: RealtimeSessionCreateRequest): void {
    this.#asked = session;
    if (this.serverIsThere) this.#send(session);
  }

  #compare(asked: RealtimeSessionCreateRequest, inForce: EffectiveSession): OpeningStep {
    const { instructions } = inForce;
    const ours = plain(asked.instructions ?? '');
    // A server may write them in its own way, or add to them. What lacks a part of them is another agent.
    const theirs = typeof instructions === 'string' ? plain(instructions) : ours;
    if (!theirs.includes(ours))
      return { type: 'lost', reason: 'refused', detail: 'instructions_not_in_force' };
    const capabilities = traitsInForce(inForce, asked, this.#defaults.audio);
    if (!('unusable' in capabilities)) {
      return { type: 'ready', capabilities, noted: theirs === ours ? null : 'instructions_added_to' };
    }
    const { unusable, what } = capabilities;
    return { type: 'lost', reason: unusable === 'format' ? 'wrong_format' : 'refused', detail: what };
  }

  #refused(error: ServerError): OpeningStep {
    const reduced = this.#asked && withoutRefusedPart(this.#asked, error.param ?? '');
    if (!reduced) {
      const reason = lossOf(error) ?? (error.type === 'server_error' ? 'unreachable' : 'refused');
      return { type: 'lost', reason, detail: error.code ?? error.type ?? 'setup_refused' };
    }
    this.#ask(reduced.session);
    return { type: 'noted', code: `does_without_${reduced.without}` };
  }
}

/** As it reads: whatever a server does to lines, spaces and accents, it says the same. */
function plain(text: string): string {
  return text.normalize('NFC').replace(/\s+/g, ' ').trim();
}

const WAITING: OpeningStep = { type: 'waiting' };

export interface ConnectionParts {
  readonly access: OpenAIAccess;
  readonly defaults: OpenAIDefaults;
  readonly setup: SessionSetup;
  readonly clock: Clock;
  readonly setUp: (session: RealtimeSessionCreateRequest) => string;
}

/** Who is told what comes of it. `lost` is told at most once, and nothing after it. */
export interface ConnectionListener {
  readonly ready: (capabilities: Capabilities) => void;
  /** Something the server says once it is ready. */
  readonly message: (text: Buffer) => void;
  readonly problem: (code: string) => void;
  readonly lost: (reason: SessionLost, detail: string) => void;
}

/**
 * The way to a server that is ready for a conversation, and then the conversation's wire.
 *
 * Whoever refuses the connection, is out of order or says nothing is tried again while the phone rings, a few times
 * and not for long. Whoever says no is not.
 */
export class Connection {
  readonly #parts: ConnectionParts;
  readonly #listener: ConnectionListener;
  readonly #redial: Redial;
  readonly #cancelLimit: Cancel;
  #socket: ModelSocket;
  /** Null once the server is ready. */
  #opening: Opening | null;
  /** The limit of this step, or the next try. */
  #cancelStep: Cancel = () => {};
  #failure: FailedDial = { reason: 'unreachable', detail: NOT_IN_TIME };
  #isOver = false;

  constructor(parts: ConnectionParts, listener: ConnectionListener) {
    this.#parts = parts;
    this.#listener = listener;
    const { clock } = parts;
    this.#redial = new Redial(clock.now());
    this.#cancelLimit = clock.after(READY_MS, () => this.#giveUp(this.#failure));
    [this.#socket, this.#opening] = this.#dial();
  }

  get isReady(): boolean {
    return !this.#opening;
  }

  get backlogBytes(): number {
    return this.#socket.backlogBytes;
  }

  send(text: string | Buffer): void {
    this.#socket.send(text);
  }

  /** A whole frame, header and all. False: it has to be sent as a message. */
  sendFrame(frame: Buffer): boolean {
    return this.#socket.sendFrame(frame);
  }

  close(): void {
    this.#isOver = true;
    this.#cancelLimit();
    this.#cancelStep();
    this.#socket.close();
  }

  #dial(): [ModelSocket, Opening] {
    const { access, defaults, setup, clock, setUp } = this.#parts;
    const opening = new Opening(defaults, (session) => {
      this.#socket.send(setUp(session));
      this.#limitStep();
    });
    const socket = new ModelSocket(access, clock, {
      message: (text) => this.#hear(text),
      lost: (failure) => this.#fail(failure),
    });
    this.#limitStep();
    Promise.resolve(setup.instructions).then(
      (instructions) => {
        if (!this.#isOver && opening === this.#opening) opening.prepare(setup, instructions);
      },
      () => this.#giveUp({ reason: 'refused', detail: 'instructions_failed' }),
    );
    return [socket, opening];
  }

  /** So long for the server to say that it is there, and then to say that it is set up. */
  #limitStep(): void {
    this.#cancelStep();
    this.#cancelStep = this.#parts.clock.after(STEP_MS, () => {
      this.#socket.close();
      this.#fail({ reason: 'unreachable', detail: NOT_IN_TIME });
    });
  }

  #hear(text: Buffer): void {
    if (!this.#opening) return this.#listener.message(text);
    const { is } = headingOf(text);
    if (is === 'of no interest' || is === 'unknown' || text.length > MOST_BYTES) return;
    const reading = readServerEvent(text);
    if (reading.type !== 'event') return;
    const { event } = reading;
    const isThereNow = event.type === 'session.created' && !this.#opening.serverIsThere;
    if (isThereNow) this.#cancelStep(); // what it waits for now is our instructions
    const step = this.#opening.on(event);
    switch (step.type) {
      case 'waiting':
        return;
      case 'noted':
        return this.#listener.problem(step.code);
      case 'lost':
        return this.#fail(step);
      case 'ready':
        this.#opening = null;
        this.#cancelLimit();
        this.#cancelStep();
        if (step.noted !== null) this.#listener.problem(step.noted);
        if (!this.#isOver) this.#listener.ready(step.capabilities);
        return;
    }
  }

  #fail(failure: FailedDial): void {
    if (this.#isOver) return;
    if (!this.#opening) return this.#giveUp(failure);
    // A server that goes away before it was ready was never there.
    const reason = failure.reason === 'dropped' ? 'unreachable' : failure.reason;
    this.#failure = { ...failure, reason };
    const waitMs = this.#redial.next(this.#failure, this.#parts.clock.now());
    if (waitMs === null) return this.#giveUp(this.#failure);
    this.#listener.problem(`tries_again_${failure.detail}`);
    if (this.#isOver) return; // whoever heard of it may have ended the call
    this.#socket.close();
    this.#cancelStep();
    this.#cancelStep = this.#parts.clock.after(waitMs, () => {
      [this.#socket, this.#opening] = this.#dial();
    });
  }

  #giveUp({ reason, detail }: FailedDial): void {
    if (this.#isOver) return;
    this.close();
    this.#listener.lost(reason, detail);
  }
}

const NOT_IN_TIME = 'not_ready_in_time';

/** Every try and what is between them; the caller hears it ring meanwhile. */
const READY_MS = 8_000;

/** Longer than any healthy step takes. */
const STEP_MS = 3_000;

/** Of a message before the conversation: the set-up, repeated. */
const MOST_BYTES = 1024 * 1024;
