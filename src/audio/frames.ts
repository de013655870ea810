import { pooledBytes } from './memory.ts';

/**
 * Bytes that come in chunks of one size and leave in pieces of another, in order.
 *
 * They are copied into one ring of memory that is used again and again. Keeping
 * the chunks themselves would be less work, and cost more: sound waits here for
 * seconds, long enough for the garbage collector to take every chunk for something
 * that stays, and to stop the whole process for clearing them away.
 */
export class ByteQueue {
  #ring: Uint8Array = NOTHING;
  #begin = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (this.#length + bytes.length > this.#ring.length) this.#grow(this.#length + bytes.length);
    const at = (this.#begin + this.#length) % this.#ring.length;
    const beforeTheEnd = bytes.subarray(0, this.#ring.length - at);
    this.#ring.set(beforeTheEnd, at);
    this.#ring.set(bytes.subarray(beforeTheEnd.length), 0);
    this.#length += bytes.length;
  }

  /** The oldest bytes, at most that many; fewer, or none, when there are no more. */
  take(maxBytes: number): Uint8Array {
    const taken = this.#oldest(Math.min(maxBytes, this.#length));
    this.#begin = (this.#begin + taken.length) % this.#ring.length;
    this.#length -= taken.length;
    if (this.#length === 0) this.clear();
    return taken;
  }

  clear(): void {
    this.#begin = 0;
    this.#length = 0;
    if (this.#ring.length > MOST_KEPT_BYTES) this.#ring = NOTHING;
  }

  #oldest(count: number): Uint8Array {
    const bytes = pooledBytes(count);
    const beforeTheEnd = this.#ring.subarray(this.#begin, this.#begin + count);
    bytes.set(beforeTheEnd);
    bytes.set(this.#ring.subarray(0, count - beforeTheEnd.length), beforeTheEnd.length);
    return bytes;
  }

  #grow(leastBytes: number): void {
    const ring = new Uint8Array(Math.max(FIRST_BYTES, 2 ** Math.ceil(Math.log2(leastBytes))));
    ring.set(this.#oldest(this.#length));
    this.#ring = ring;
    this.#begin = 0;
  }
}

const NOTHING = new Uint8Array(0);

/** Half a second of telephone sound. */
const FIRST_BYTES = 4096;

/** What a queue that has run dry holds on to: an answer of sixteen seconds. */
const MOST_KEPT_BYTES = 128 * 1024;
