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
