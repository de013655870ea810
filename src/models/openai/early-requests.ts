import type { RealtimeClientEvent } from 'openai/resources/realtime/realtime';

/** What is asked for before there is anybody to ask: kept in its order, within bounds. */
export class EarlyRequests {
  #waiting: RealtimeClientEvent[] = [];
  #bytes = 0;

  /** False: there is no room for it. */
  keep(request: RealtimeClientEvent, bytes: number): boolean {
    if (this.#waiting.length >= MOST_WAITING || this.#bytes + bytes > MOST_BYTES) return false;
    this.#waiting.push(request);
    this.#bytes += bytes;
    return true;
  }

  /** All of it: nothing of it is left here. */
  take(): readonly RealtimeClientEvent[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    return waiting;
  }
}

const MOST_WAITING = 64;

/** A picture of the largest kind that a phone sends, as text. */
const MOST_BYTES = 8 * 1024 * 1024;
