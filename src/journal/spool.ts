import { RememberedNames } from '../limits/remembered.ts';
import type { StoredEvent } from '../ports/store.ts';

/** Events that wait to be kept, in their order, within a limit. */
export class Spool {
  readonly #mostBytes: number;
  readonly #forgotten = new RememberedNames(MOST_FORGOTTEN);
  #entries: Entry[] = [];
  /** Those before this one have gone; they are swept out now and then. */
  #head = 0;
  #bytes = 0;
  #added = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  get count(): number {
    return this.#entries.length - this.#head;
  }

  /** How many were ever added. */
  get added(): number {
    return this.#added;
  }

  /** How many had been added before the oldest that waits. */
  get gone(): number {
    return this.#entries[this.#head]?.before ?? this.#added;
  }

  /** False: there is no room, and it was not taken. What is of a forgotten call needs none. */
  add(stored: StoredEvent): boolean {
    if (this.#forgotten.has(stored.callId)) return true;
    const bytes = sizeOf(stored);
    if (this.#bytes + bytes > this.#mostBytes) return false;
    this.#entries.push({ stored, bytes, before: this.#added++ });
    this.#bytes += bytes;
    return true;
  }

  /** The oldest ones. They still count as waiting until it is said what became of them. */
  first(most: number): readonly StoredEvent[] {
    return this.#entries.slice(this.#head, this.#head + most).map(({ stored }) => stored);
  }

  /** These, which were the first, need not wait any longer. Some may have been forgotten meanwhile. */
  remove(stored: readonly StoredEvent[]): void {
    const gone = new Set(stored);
    for (let entry = this.#entries[this.#head]; entry && gone.has(entry.stored); ) {
      this.#bytes -= entry.bytes;
      entry = this.#entries[++this.#head];
    }
    if (this.#head < SWEEP_FROM || this.#head * 2 < this.#entries.length) return;
    this.#entries = this.#entries.slice(this.#head);
    this.#head = 0;
  }

  /** Nothing of this call waits any longer, nor will what is still to come of it. */
  forget(callId: string): void {
    this.#forgotten.add(callId);
    this.drop((stored) => stored.callId === callId);
  }

  /** Those of which this holds need not wait any longer. */
  drop(isIt: (stored: StoredEvent) => boolean): void {
    this.#entries = this.#entries.slice(this.#head).filter(({ stored }) => !isIt(stored));
    this.#head = 0;
    this.#bytes = this.#entries.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}

interface Entry {
  readonly stored: StoredEvent;
  readonly bytes: number;
  /** How many were added before it. */
  readonly before: number;
}

/** About what it takes in memory: its texts, and an object around them. */
function sizeOf({ callId, event }: StoredEvent): number {
  let bytes = OBJECT_BYTES + callId.length;
  for (const value of Object.values(event)) if (typeof value === 'string') bytes += 2 * value.length;
  return bytes;
}

/** Calls that may still be going on when they are deleted. */
const MOST_FORGOTTEN = 1_000;

const OBJECT_BYTES = 300;
const SWEEP_FROM = 1_000;
