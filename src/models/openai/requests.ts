import type {
  ConversationItem,
  RealtimeClientEvent,
  RealtimeSessionCreateRequest,
} from 'openai/resources/realtime/realtime';
import { unreachable } from '../../errors.ts';
import type { ContextItem, OutOfBandRequest, PartId, ResponseRequest } from '../../ports/session.ts';
import { OutOfBand } from './out-of-band.ts';
import type { ServerError } from './server-events.ts';
import { Truncations } from './truncations.ts';

/** Something that was not spoken, as an item of the conversation. */
function contextItem(item: ContextItem): ConversationItem {
  switch (item.type) {
    case 'text':
      if (item.from === 'agent') {
        const content = [{ type: 'output_text' as const, text: item.text }];
        return { type: 'message', role: 'assistant', content };
      }
      return {
        type: 'message',
        role: item.from === 'caller' ? 'user' : 'system',
        content: [{ type: 'input_text', text: item.text }],
      };
    case 'image':
      return { type: 'message', role: 'user', content: [{ type: 'input_image', image_url: item.dataUrl }] };
    case 'tool_output':
      return { type: 'function_call_output', call_id: item.toolCallId, output: item.output };
    default:
      return unreachable(item);
  }
}

/**
 * Which request an answer serves: one of ours, or the server's own after a turn of the caller's.
 *
 * The server repeats an answer's metadata, so ours carries the name of the request. Some
 * compatible servers do not; theirs are told apart by what came before.
 */
class Correlation {
  #open: string | null = null;
  #ownAnswerIsDue = false;
  #metadataComesBack = false;

  /** The name of the request, by which errors refer to it. */
  eventId(requestId: string): string {
    this.#open = requestId;
    return `${EVENT_PREFIX}${requestId}`;
  }

  metadata(requestId: string): Record<string, string> {
    return { [METADATA_KEY]: requestId };
  }

  turnEnded(): void {
    this.#ownAnswerIsDue = true;
  }

  /** The request that a new answer serves; null if it is the server's own. */
  servedBy(metadata: Readonly<Record<string, unknown>> | null | undefined): string | null {
    const named = metadata?.[METADATA_KEY];
    if (typeof named === 'string') this.#metadataComesBack = true;
    const guessed = this.#metadataComesBack || this.#ownAnswerIsDue ? null : this.#open;
    const requestId = typeof named === 'string' ? named : guessed;
    if (requestId === null) this.#ownAnswerIsDue = false;
    else this.#open = null;
    return requestId;
  }

  /** The request that an error is about, if its event id says so. */
  ofEvent(eventId: string | null | undefined): string | null {
    return eventId?.startsWith(EVENT_PREFIX) ? eventId.slice(EVENT_PREFIX.length) : null;
  }
}

const METADATA_KEY = 'ringdown_request';
const EVENT_PREFIX = 'request-';

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
