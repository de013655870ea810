/** How many chunks that were used up may stay in the list before it is shortened. */
const SPENT_CHUNKS = 64;

/**
 * Bytes that come in chunks of one size and leave in pieces of another, in order.
 *
 * Chunks are kept, not copied: hand over memory that nobody will write to. Each is let go as soon as its last byte
 * is taken. What `take` gives is fresh memory. Each byte is copied once, however long the queue.
 */
export class ByteQueue {
  #chunks: Uint8Array[] = [];
  #spentChunks = 0;
  /** How much of the oldest chunk has been taken. */
  #spentBytes = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#chunks.push(bytes);
    this.#length += bytes.length;
  }

  /** The oldest bytes, at most that many; fewer, or none, when there are no more. */
  take(maxBytes: number): Uint8Array {
    const taken = new Uint8Array(Math.min(maxBytes, this.#length));
    let filled = 0;
    while (filled < taken.length) {
      const part = this.#takePart(taken.length - filled);
      taken.set(part, filled);
      filled += part.length;
    }
    this.#length -= filled;
    return taken;
  }

  clear(): void {
    this.#chunks = [];
    this.#spentChunks = 0;
    this.#spentBytes = 0;
    this.#length = 0;
  }

  #takePart(maxBytes: number): Uint8Array {
    const oldest = this.#chunks[this.#spentChunks] ?? NOTHING;
    const part = oldest.subarray(this.#spentBytes, this.#spentBytes + maxBytes);
    this.#spentBytes += part.length;
    if (this.#spentBytes === oldest.length) this.#dropOldest();
    return part;
  }

  #dropOldest(): void {
    this.#chunks[this.#spentChunks] = NOTHING;
    this.#spentChunks += 1;
    this.#spentBytes = 0;
    // shortening moves all that remains, so it waits until as much is gone as stays
    if (this.#spentChunks < Math.max(SPENT_CHUNKS, this.#chunks.length / 2)) return;
    this.#chunks.splice(0, this.#spentChunks);
    this.#spentChunks = 0;
  }
}

const NOTHING = new Uint8Array(0);
