import type { RealtimeSessionCreateRequest } from 'openai/resources/realtime/realtime';
import type { Capabilities, SessionLost, SessionSetup } from '../../ports/session.ts';
import { lossOf } from './error-codes.ts';
import type { EffectiveSession, ServerError, ServerEvent } from './server-events.ts';
import { type OpenAIDefaults, sessionUpdate, traitsInForce, withoutRefusedPart } from './session-setup.ts';

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
export class Opening {
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
