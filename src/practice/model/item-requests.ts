import type { ClientEvent } from './client-events.ts';
import type { Conversation } from './conversation.ts';
import { createdEntry, retrieved } from './conversation-items.ts';
import { refusals } from './request-error.ts';
import type { WireFormat } from './session-config.ts';
import type { SessionContext } from './session-context.ts';

export type ItemEvent = Extract<ClientEvent, { type: `conversation.item.${string}` }>;

/** Answers what a client asks about the items of its conversation. */
export class ItemRequests {
  readonly #context: SessionContext;
  readonly #conversation: Conversation;

  constructor(context: SessionContext, conversation: Conversation) {
    this.#context = context;
    this.#conversation = conversation;
  }

  answer(event: ItemEvent, inputFormat: WireFormat): void {
    switch (event.type) {
      case 'conversation.item.create':
        return this.#create(event, inputFormat);
      case 'conversation.item.truncate':
        return this.#truncate(event);
      case 'conversation.item.delete':
        this.#conversation.delete(event.item_id);
        return this.#context.send({ type: 'conversation.item.deleted', item_id: event.item_id });
      case 'conversation.item.retrieve':
        return this.#retrieve(event.item_id);
    }
  }

  #create(event: Extract<ItemEvent, { type: 'conversation.item.create' }>, format: WireFormat): void {
    const id = event.item.id ?? this.#context.ids.next('item');
    const { ears, remote } = this.#context;
    if (event.item.type === 'mcp_approval_response') remote.checkApproval(event.item);
    const entry = createdEntry(event, id, { conversation: this.#conversation, ears, format });
    this.#conversation.insert(entry, event.previous_item_id ?? undefined);
    const previousId = this.#conversation.previousId(id);
    for (const type of ['conversation.item.added', 'conversation.item.done'] as const) {
      this.#context.send({ type, previous_item_id: previousId, item: entry.item });
    }
    if (event.item.type === 'mcp_approval_response') remote.answered(event.item);
  }

  #truncate(event: Extract<ItemEvent, { type: 'conversation.item.truncate' }>): void {
    const { item_id, content_index, audio_end_ms } = event;
    if (this.#context.misbehave.rejectTruncate === true) {
      throw refusals.truncateTooLong(Math.max(0, audio_end_ms - 1), audio_end_ms);
    }
    this.#conversation.truncate(item_id, content_index, audio_end_ms);
    this.#context.send({ type: 'conversation.item.truncated', item_id, content_index, audio_end_ms });
  }

  #retrieve(itemId: string): void {
    const entry = this.#conversation.find(itemId);
    if (entry === undefined) throw refusals.noSuchItem('retrieve', itemId);
    this.#context.send({ type: 'conversation.item.retrieved', item: retrieved(entry) });
  }
}
