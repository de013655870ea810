import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import type { ServerEvent } from '../../../../src/practice/model/server-events.ts';

/** Ours, or as the vendor's client hands them out. */
type AnyEvent = ServerEvent | RealtimeServerEvent;
type Opened = 'response' | 'item' | 'part';

/**
 * Follows every response from its beginning to its end and tells the first event that is out of place: nothing before
 * `response.created`, items in the order of their index, every part and item closed before what holds it, no delta
 * outside a part, the pieces adding up to the whole.
 */
export function firstDisorder(events: readonly AnyEvent[]): string | null {
  const responses = new Map<string, ResponseOrder>();
  for (const [index, event] of events.entries()) {
    const id = responseId(event);
    if (id === null) continue;
    const order = responses.get(id) ?? new ResponseOrder();
    responses.set(id, order);
    const complaint = order.take(event);
    if (complaint !== null) return `event ${index} (${event.type}) of ${id}: ${complaint}`;
  }
  return null;
}

function responseId(event: AnyEvent): string | null {
  if ('response' in event) return event.response.id ?? null;
  return 'response_id' in event ? event.response_id : null;
}

class ResponseOrder {
  #open: Opened[] = [];
  #items = 0;
  #text = '';
  #isDone = false;

  take(event: AnyEvent): string | null {
    if (this.#isDone) return 'came after response.done';
    switch (event.type) {
      case 'response.created':
        return this.#enter('response', null);
      case 'response.output_item.added':
        this.#text = '';
        if (event.output_index !== this.#items++) return `has output_index ${event.output_index}`;
        return this.#enter('item', 'response');
      case 'response.content_part.added':
        return this.#enter('part', 'item');
      case 'response.output_audio_transcript.delta':
      case 'response.output_text.delta':
        this.#text += event.delta;
        return this.#within('part');
      case 'response.output_audio.delta':
      case 'response.output_audio.done':
        return this.#within('part');
      case 'response.function_call_arguments.delta':
        this.#text += event.delta;
        return this.#within('item');
      case 'response.output_audio_transcript.done':
        return this.#within('part') ?? this.#adds(event.transcript);
      case 'response.output_text.done':
        return this.#within('part') ?? this.#adds(event.text);
      case 'response.function_call_arguments.done':
        return this.#within('item') ?? this.#adds(event.arguments);
      case 'response.content_part.done':
        return this.#leave('part');
      case 'response.output_item.done':
        return this.#leave('item');
      case 'response.done': {
        this.#isDone = true;
        if (event.response.output?.length !== this.#items) return 'does not list its items';
        return this.#leave('response');
      }
      default:
        return null;
    }
  }

  #enter(what: Opened, within: Opened | null): string | null {
    const complaint = within === null ? (this.#open.length > 0 ? 'came twice' : null) : this.#within(within);
    this.#open.push(what);
    return complaint;
  }

  #leave(what: Opened): string | null {
    return this.#open.pop() === what ? null : `closed something that was not open`;
  }

  #within(what: Opened): string | null {
    return this.#open.at(-1) === what ? null : `is not within an open ${what}`;
  }

  #adds(whole: string): string | null {
    return whole === this.#text ? null : `says "${whole}" where the pieces say "${this.#text}"`;
  }
}
