import { type Conversation, type Entry, silentEntry } from './conversation.ts';
import type { WireItem } from './server-events.ts';
import type { WireFormat } from './session-config.ts';
import type { SessionContext } from './session-context.ts';

/** The sound that is being said, should more of it be sent than ought to be. */
export interface SpeechInHand {
  readonly ids: PartIds;
  readonly sound: Uint8Array;
}

export interface PartIds {
  readonly response_id: string;
  readonly item_id: string;
  readonly output_index: number;
  readonly content_index: number;
}

/** What an answer waits for before it goes on: so many milliseconds, or whatever this is. */
export type Step = number | Promise<unknown>;

/** Where the items of one response appear: in the conversation, or, out of band, beside it. */
export class Stage {
  readonly context: SessionContext;
  readonly responseId: string;
  readonly format: WireFormat;
  readonly entries: Entry[] = [];
  speechInHand: SpeechInHand | null = null;
  /** All sound that has been made, heard or not. */
  generatedMs = 0;
  readonly #conversation: Conversation | null;
  #isCut = false;

  constructor(
    context: SessionContext,
    responseId: string,
    format: WireFormat,
    conversation: Conversation | null,
  ) {
    this.context = context;
    this.responseId = responseId;
    this.format = format;
    this.#conversation = conversation;
  }

  /** True once the response is being cut short: what closes now, closes incomplete. */
  get isCut(): boolean {
    return this.#isCut;
  }

  cut(): void {
    this.#isCut = true;
  }

  /** An item as it ends. */
  settled(item: WireItem): WireItem {
    const status = this.#isCut ? 'incomplete' : 'completed';
    return 'status' in item || item.type === 'message' || item.type === 'function_call'
      ? { ...item, status }
      : item;
  }

  ids(entry: Entry, outputIndex: number): PartIds {
    return {
      response_id: this.responseId,
      item_id: entry.id,
      output_index: outputIndex,
      content_index: 0,
    };
  }

  open(outputIndex: number, make: (id: string) => WireItem, id = this.context.ids.next('item')): Entry {
    const entry = silentEntry(id, make(id));
    this.entries.push(entry);
    this.context.send({
      type: 'response.output_item.added',
      response_id: this.responseId,
      output_index: outputIndex,
      item: entry.item,
    });
    if (this.#conversation === null) return entry;
    const previousId = this.#conversation.lastId;
    this.#conversation.insert(entry);
    this.context.send({ type: 'conversation.item.added', previous_item_id: previousId, item: entry.item });
    return entry;
  }

  close(entry: Entry, outputIndex: number): void {
    this.context.send({
      type: 'response.output_item.done',
      response_id: this.responseId,
      output_index: outputIndex,
      item: entry.item,
    });
    // An item that the client has deleted meanwhile is finished for the response alone.
    if (this.#conversation?.find(entry.id) === undefined) return;
    this.context.send({
      type: 'conversation.item.done',
      previous_item_id: this.#conversation.previousId(entry.id),
      item: entry.item,
    });
  }
}

export function emptyMessage(id: string): WireItem {
  return { id, type: 'message', status: 'in_progress', role: 'assistant', content: [] };
}
