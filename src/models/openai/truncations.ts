import type {
  ConversationItemDeleteEvent,
  ConversationItemTruncateEvent,
} from 'openai/resources/realtime/realtime';
import type { PartId } from '../../ports/session.ts';
import type { ServerError } from './server-events.ts';

type Correction = ConversationItemTruncateEvent | ConversationItemDeleteEvent;

/**
 * Truncations under way, and what to do when the server refuses one: correct it
 * once, or let it be. A refusal is never a reason to disturb the call.
 */
export class Truncations {
  readonly #pending = new Map<string, ConversationItemTruncateEvent>();
  #count = 0;

  truncate(part: PartId, heardMs: number): ConversationItemTruncateEvent {
    const event_id = `truncate-${++this.#count}`;
    const request: ConversationItemTruncateEvent = {
      type: 'conversation.item.truncate',
      event_id,
      item_id: part.itemId,
      content_index: part.contentIndex,
      audio_end_ms: heardMs,
    };
    this.#pending.set(event_id, request);
    const oldest = this.#pending.keys().next().value;
    if (this.#pending.size > MOST_PENDING && oldest !== undefined) this.#pending.delete(oldest);
    return request;
  }

  /** Whether the error is about a truncation of ours, and what to send instead of it, if anything. */
  refused(error: ServerError): { readonly isOurs: boolean; readonly correction: Correction | null } {
    const tooLong = TOO_LONG.exec(error.message ?? '');
    const request = this.#refusedRequest(error, tooLong ? Number(tooLong[2]) : null);
    if (!request) return { isOurs: Boolean(tooLong) || CODES.has(error.code ?? ''), correction: null };
    return { isOurs: true, correction: this.#correct(request, error, tooLong ? Number(tooLong[1]) : null) };
  }

  #refusedRequest(error: ServerError, askedMs: number | null): ConversationItemTruncateEvent | undefined {
    // The server does not always say which event it means; then the length it quotes tells.
    const request =
      this.#pending.get(error.event_id ?? '') ??
      [...this.#pending.values()].find((pending) => pending.audio_end_ms === askedMs);
    if (request?.event_id !== undefined) this.#pending.delete(request.event_id);
    return request;
  }

  #correct(
    request: ConversationItemTruncateEvent,
    error: ServerError,
    limitMs: number | null,
  ): Correction | null {
    // The request is no longer pending, so that a refusal of its correction is the end of it.
    if (limitMs !== null && limitMs < request.audio_end_ms) {
      return { ...request, event_id: `truncate-${++this.#count}`, audio_end_ms: limitMs };
    }
    // An item that cannot be cut although none of it was heard should not be remembered at all.
    if (error.code === 'unsupported_content_type' && request.audio_end_ms === 0) {
      return {
        type: 'conversation.item.delete',
        event_id: `truncate-${++this.#count}`,
        item_id: request.item_id,
      };
    }
    return null;
  }
}

/** The server's words for a truncation beyond the sound it made: how much there is, and how much we said. */
const TOO_LONG = /Audio content of (\d+)ms is already shorter than (\d+)ms/;

const CODES: ReadonlySet<string> = new Set(['unsupported_content_type', 'item_truncate_invalid_item_id']);

const MOST_PENDING = 16;
