import type { RealtimeClientEvent } from 'openai/resources/realtime/realtime';
import type { OutOfBandRequest, Usage } from '../../ports/session.ts';
import { type ServerItem, type ServerResponse, usageOf } from './server-events.ts';

interface OutOfBandAnswer {
  readonly askId: string;
  readonly text: string | null;
  readonly usage: Usage | null;
}

/**
 * Answers in writing beside the conversation. They run next to whatever is being
 * said, and nothing of them may be taken for a part of it.
 */
export class OutOfBand {
  /** Those asked for and not begun, in order, for servers that do not repeat metadata. */
  readonly #open: string[] = [];
  readonly #running = new Map<string, string>();

  request({ askId, instructions, input }: OutOfBandRequest): RealtimeClientEvent {
    this.#open.push(askId);
    return {
      type: 'response.create',
      event_id: `${EVENT_PREFIX}${askId}`,
      response: {
        conversation: 'none',
        output_modalities: ['text'],
        instructions,
        tools: [],
        metadata: { [METADATA_KEY]: askId },
        ...(input !== undefined && {
          input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: input }] }],
        }),
      },
    };
  }

  /** True if this answer is one of ours, beside the conversation. */
  begins({ id, metadata, conversation_id }: ServerResponse): boolean {
    const named = metadata?.[METADATA_KEY];
    const isUnnamed = typeof named !== 'string' && conversation_id === null;
    const askId = isUnnamed ? this.#open[0] : this.#open.find((open) => open === named);
    if (askId === undefined) return this.#running.has(id); // whatever else is named, we have not asked for it
    this.#settle(askId);
    this.#running.set(id, askId);
    return true;
  }

  has(responseId: string): boolean {
    return this.#running.has(responseId);
  }

  /** What was answered to which question; null if this answer is none of ours. */
  finished({ id, status, output, usage }: ServerResponse): OutOfBandAnswer | null {
    const askId = this.#running.get(id);
    if (askId === undefined) return null;
    this.#running.delete(id);
    return { askId, text: status === 'completed' ? textOf(output ?? []) : null, usage: usageOf(usage) };
  }

  /** The question that an error is about, which will not be answered then. */
  refused(eventId: string | null | undefined): string | null {
    if (!eventId?.startsWith(EVENT_PREFIX)) return null;
    const askId = eventId.slice(EVENT_PREFIX.length);
    this.#settle(askId);
    return askId;
  }

  #settle(askId: string): void {
    const at = this.#open.indexOf(askId);
    if (at >= 0) this.#open.splice(at, 1);
  }
}

function textOf(output: readonly ServerItem[]): string | null {
  const text = output.flatMap((item) => (item.content ?? []).map((part) => part.text ?? '')).join('');
  return text === '' ? null : text;
}

const METADATA_KEY = 'ringdown_out_of_band';
const EVENT_PREFIX = 'out-of-band-';
