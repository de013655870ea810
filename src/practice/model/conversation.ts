import type { Heard } from './ears.ts';
import { refusals } from './request-error.ts';
import type { WireItem } from './server-events.ts';

/** An item with what the wire does not show of it. */
export interface Entry {
  readonly id: string;
  /** As it is sent, without its sound. */
  item: WireItem;
  heard: Heard | null;
  /** How long its sound is: what was committed, or what has been generated so far. */
  audioMs: number;
  /** Its sound as bytes of the wire, while it is kept. */
  audio: (() => Uint8Array) | null;
  isTruncated: boolean;
}

/**
 * Of items older than this much sound only its length is remembered: a session's memory has a limit, of 6 MB at most.
 * A live server gives all of it back.
 */
const SOUND_KEPT_MS = 120_000;

/** What has been said, in order. Knows nothing of sockets or time. */
export class Conversation {
  readonly id: string;
  #entries: Entry[] = [];

  constructor(id: string) {
    this.id = id;
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  get lastId(): string | null {
    return this.#entries.at(-1)?.id ?? null;
  }

  find(itemId: string): Entry | undefined {
    return this.#entries.find((entry) => entry.id === itemId);
  }

  /** The id before this one, or null for the first. */
  previousId(itemId: string): string | null {
    const index = this.#entries.findIndex((entry) => entry.id === itemId);
    return this.#entries[index - 1]?.id ?? null;
  }

  /** Puts an entry at the end, at the front (`root`), or after the item with that id. */
  insert(entry: Entry, after?: string): void {
    if (this.find(entry.id) !== undefined) {
      throw refusals.invalid('item.id', `An item with the id '${entry.id}' already exists.`);
    }
    if (after === undefined) {
      this.#entries.push(entry);
    } else if (after === 'root') {
      this.#entries.unshift(entry);
    } else {
      const index = this.#entries.findIndex(({ id }) => id === after);
      if (index < 0) throw refusals.noSuchPreviousItem(after);
      this.#entries.splice(index + 1, 0, entry);
    }
    this.#forgetOldSound();
  }

  delete(itemId: string): void {
    const index = this.#entries.findIndex(({ id }) => id === itemId);
    if (index < 0) throw refusals.noSuchItem('delete', itemId);
    this.#entries.splice(index, 1);
  }

  /** Cuts what was not heard. The transcript goes with it, because nobody can align it with the sound. */
  truncate(itemId: string, contentIndex: number, audioEndMs: number): void {
    const entry = this.find(itemId);
    if (entry === undefined) throw refusals.noSuchItem('truncate', itemId);
    const { item } = entry;
    const part = item.type === 'message' && item.role === 'assistant' ? item.content[0] : undefined;
    if (part?.type !== 'output_audio' || entry.audio === null) throw refusals.notTruncatable();
    if (contentIndex !== 0) {
      throw refusals.invalid('content_index', `The item has no content part ${contentIndex}.`);
    }
    if (audioEndMs < 0) throw refusals.invalid('audio_end_ms', `Expected 0 or more, got ${audioEndMs}.`);
    const audioMs = Math.floor(entry.audioMs);
    if (audioEndMs > audioMs) throw refusals.truncateTooLong(audioMs, audioEndMs);
    this.#cut(entry, audioEndMs);
  }

  #cut(entry: Entry, audioEndMs: number): void {
    const { item, audio, audioMs } = entry;
    if (item.type !== 'message' || item.role !== 'assistant') return;
    entry.isTruncated = true;
    entry.audioMs = audioEndMs;
    entry.item = { ...item, content: [{ type: 'output_audio' }] };
    if (audio === null) return;
    const bytes = audio();
    const kept = bytes.subarray(0, Math.floor((bytes.length * audioEndMs) / Math.max(1, audioMs)));
    entry.audio = () => kept;
  }

  #forgetOldSound(): void {
    let keptMs = 0;
    for (const entry of this.#entries.toReversed()) {
      keptMs += entry.audioMs;
      if (keptMs > SOUND_KEPT_MS && entry.audio !== null && entry !== this.#entries.at(-1)) {
        entry.audio = NO_SOUND;
      }
    }
  }
}

const NO_SOUND = (): Uint8Array => new Uint8Array(0);
