import type { RealtimeClientEvent, RealtimeSessionCreateRequest } from 'openai/resources/realtime/realtime';
import type { ContextItem, OutOfBandRequest, PartId, ResponseRequest } from '../../ports/session.ts';
import { contextItem } from './context-item.ts';
import { Correlation } from './correlation.ts';
import { OutOfBand } from './out-of-band.ts';
import type { ServerError } from './server-events.ts';
import { Truncations } from './truncations.ts';

/** What the server refused: one of the answers we asked for, or a request of this kind. */
export type Refusal =
  | { readonly what: 'answer'; readonly requestId: string }
  | { readonly what: 'out_of_band'; readonly askId: string }
  | { readonly what: 'truncation'; readonly correction: RealtimeClientEvent | null }
  /** The word before the number of its name; null where the server does not say which it means. */
  | { readonly what: 'other'; readonly kind: string | null };

/** What we ask of the server in the course of a conversation: each under a name, so that a refusal can be told apart. */
export class Requests {
  readonly correlation = new Correlation();
  readonly outOfBand = new OutOfBand();
  readonly #truncations = new Truncations();
  #count = 0;

  answer({ requestId, instructions, withoutTools }: ResponseRequest): RealtimeClientEvent {
    return {
      type: 'response.create',
      event_id: this.correlation.eventId(requestId),
      response: {
        metadata: this.correlation.metadata(requestId),
        ...(instructions !== undefined && { instructions }),
        ...(withoutTools && { tool_choice: 'none' }),
      },
    };
  }

  outOfBandAnswer(request: OutOfBandRequest): RealtimeClientEvent {
    return this.outOfBand.request(request);
  }

  cancellation(response_id: string): RealtimeClientEvent {
    return { type: 'response.cancel', event_id: this.#name('cancel'), response_id };
  }

  truncation(part: PartId, heardMs: number): RealtimeClientEvent {
    return this.#truncations.truncate(part, heardMs);
  }

  item(item: ContextItem): RealtimeClientEvent {
    return { type: 'conversation.item.create', event_id: this.#name(item.type), item: contextItem(item) };
  }

  /** Nobody is there to be asked: what a server of tools wants to be allowed to do, it may not. */
  denial(approval_request_id: string): RealtimeClientEvent {
    const event_id = this.#name('denial');
    const item = {
      type: 'mcp_approval_response',
      id: event_id,
      approval_request_id,
      approve: false,
    } as const;
    return { type: 'conversation.item.create', event_id, item };
  }

  setUp(session: RealtimeSessionCreateRequest): RealtimeClientEvent {
    return { type: 'session.update', event_id: this.#name('setup'), session };
  }

  change(session: RealtimeSessionCreateRequest): RealtimeClientEvent {
    return { type: 'session.update', event_id: this.#name('update'), session };
  }

  commit(): RealtimeClientEvent {
    return { type: 'input_audio_buffer.commit', event_id: this.#name('commit') };
  }

  clear(): RealtimeClientEvent {
    return { type: 'input_audio_buffer.clear', event_id: this.#name('clear') };
  }

  refused(error: ServerError): Refusal {
    const truncation = this.#truncations.refused(error);
    if (truncation.isOurs) return { what: 'truncation', correction: truncation.correction };
    const askId = this.outOfBand.refused(error.event_id);
    if (askId !== null) return { what: 'out_of_band', askId };
    const requestId = this.correlation.ofEvent(error.event_id);
    if (requestId !== null) return { what: 'answer', requestId };
    return { what: 'other', kind: OURS.exec(error.event_id ?? '')?.[1] ?? null };
  }

  #name(kind: string): string {
    return `${kind}-${++this.#count}`;
  }
}

/** The names given here, and that of all sound. */
const OURS = /^(setup|update|text|image|tool_output|denial|cancel|commit|clear|sound)(?:-\d+)?$/;
