import type { CallEvent } from '../ports/facts.ts';
import type { Appended } from '../ports/journal.ts';
import type {
  CallCard,
  CallPage,
  CallQuery,
  CallStore,
  DayFigures,
  ReviewChange,
  StoredEvent,
} from '../ports/store.ts';
import { eachByPages } from '../stores/shared/shared-store.ts';
import type { LogThread } from './log-thread.ts';
import type { EventWriter } from './spool-writer.ts';

/** The store as the rest of the house knows it: changes go to the thread that writes, questions to another one. */
export class RemoteStore implements CallStore {
  readonly #writing: LogThread;
  readonly #reading: LogThread;
  readonly #events: EventWriter;

  constructor(writing: LogThread, reading: LogThread, events: EventWriter) {
    this.#writing = writing;
    this.#reading = reading;
    this.#events = events;
  }

  append(batch: readonly StoredEvent[]): Promise<Appended> {
    return this.#writing.ask({ type: 'append', batch });
  }

  list(query: CallQuery): Promise<CallPage> {
    return this.#reading.ask({ type: 'list', query });
  }

  each(query: CallQuery): AsyncIterable<CallCard> {
    return eachByPages((page) => this.list(page), query);
  }

  card(callId: string): Promise<CallCard | null> {
    return this.#reading.ask({ type: 'card', callId });
  }

  events(callId: string): Promise<readonly CallEvent[]> {
    return this.#reading.ask({ type: 'events', callId });
  }

  review(callId: string, change: ReviewChange): Promise<boolean> {
    return this.#writing.ask({ type: 'review', callId, change });
  }

  figures(query: CallQuery): Promise<readonly DayFigures[]> {
    return this.#reading.ask({ type: 'figures', query });
  }

  /** With its recording, and with what of it still waits to be kept. */
  delete(callId: string): Promise<boolean> {
    this.#events.forget(callId);
    return this.#writing.ask({ type: 'delete', callId });
  }

  /** The log closes it. */
  async close(): Promise<void> {}
}
