/**
 * Bytes that come in chunks of one size and leave in pieces of another, in order.
 *
 * They are copied into blocks of memory that all queues share and use again and
 * again. Keeping the chunks themselves would be less work, and cost more: sound
 * waits here for seconds, long enough for the garbage collector to take every chunk
 * for something that stays, and to stop the whole process for clearing them away.
 */
export class ByteQueue {
  /** The first may be read in part, the last written in part. */
  readonly #blocks: Uint8Array[] = [];
  #begin = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; ) {
      const end = this.#begin + this.#length;
      const at = end % BLOCK_BYTES;
      if (end === this.#blocks.length * BLOCK_BYTES)
        this.#blocks.push(freeBlocks.pop() ?? new Uint8Array(BLOCK_BYTES));
      const piece = bytes.subarray(from, from + BLOCK_BYTES - at);
      this.#blocks.at(-1)?.set(piece, at);
      this.#length += piece.length;
      from += piece.length;
    }
  }

  /** The oldest bytes, at most that many; fewer, or none, when there are no more. */
  take(maxBytes: number): Uint8Array {
    const taken = pooledBytes(Math.min(maxBytes, this.#length));
    for (let to = 0; to < taken.length; ) {
      const until = Math.min(BLOCK_BYTES, this.#begin + taken.length - to);
      const piece = this.#blocks[0]?.subarray(this.#begin, until) ?? NOTHING;
      taken.set(piece, to);
      to += piece.length;
      this.#begin += piece.length;
      this.#length -= piece.length;
      if (this.#begin === BLOCK_BYTES) this.#giveBack(1);
    }
    if (this.#length === 0) this.clear();
    return taken;
  }

  clear(): void {
    this.#length = 0;
    this.#giveBack(this.#blocks.length);
  }

  #giveBack(count: number): void {
    this.#begin = 0;
    for (const block of this.#blocks.splice(0, count))
      if (freeBlocks.length < MOST_FREE) freeBlocks.push(block);
  }
}

const NOTHING = new Uint8Array(0);

/** Half a second of telephone sound. */
const BLOCK_BYTES = 4096;

/** Memory of queues that have run dry. */
const freeBlocks: Uint8Array[] = [];

/** 4 MiB: what a hundred answers have waiting on an ordinary day. */
const MOST_FREE = 1024;

/**
 * Memory for a short-lived result. Its content is undefined until it is written.
 *
 * An array of its own for every frame of every call would mean thousands of
 * allocations a second outside the heap; these share slabs, as Node's own buffers do.
 */
export function pooledBytes(count: number): Uint8Array {
  const { buffer, byteOffset } = Buffer.allocUnsafe(count);
  return new Uint8Array(buffer, byteOffset, count);
}
