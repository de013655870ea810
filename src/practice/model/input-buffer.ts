import type { WireFormat } from './session-config.ts';
import { decodeAudio, sampleRate } from './wire-audio.ts';

interface Chunk {
  readonly startMs: number;
  readonly samples: Int16Array;
}

/** The longest turn whose sound is kept; of a longer one its end. */
const KEPT_MS = 60_000;

/** The sound that a client has appended, on a clock that counts nothing else. */
export class InputBuffer {
  #format: WireFormat;
  #appendedMs = 0;
  #chunks: Chunk[] = [];
  /** The first half of a sample whose second half is still to come. */
  #half: Uint8Array | null = null;

  constructor(format: WireFormat) {
    this.#format = format;
  }

  /** How much sound has been appended since the session began. */
  get appendedMs(): number {
    return this.#appendedMs;
  }

  get format(): WireFormat {
    return this.#format;
  }

  /** From here on the bytes mean something else; what is already here stays on its place of the clock, unheard. */
  changeFormat(format: WireFormat): void {
    this.#format = format;
    this.#chunks = [];
    this.#half = null;
  }

  append(bytes: Uint8Array): Int16Array {
    const samples = decodeAudio(this.#whole(bytes), this.#format);
    this.#chunks.push({ startMs: this.#appendedMs, samples });
    this.#appendedMs += samples.length / this.#samplesPerMs;
    this.keepFrom(this.#appendedMs - KEPT_MS);
    return samples;
  }

  /** Lets go of what ended before that moment. */
  keepFrom(ms: number): void {
    let gone = 0;
    while (gone < this.#chunks.length && this.#endMs(gone) <= ms) gone++;
    if (gone > 0) this.#chunks.splice(0, gone);
  }

  /** The sound between two moments, as far as it is still here. */
  between(startMs: number, endMs: number): Int16Array {
    const parts = this.#chunks.map(({ startMs: chunkMs, samples }) =>
      samples.subarray(this.#samplesAt(startMs - chunkMs), this.#samplesAt(endMs - chunkMs)),
    );
    const whole = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  get #samplesPerMs(): number {
    return sampleRate(this.#format) / 1_000;
  }

  #samplesAt(ms: number): number {
    return Math.max(0, Math.round(ms * this.#samplesPerMs));
  }

  #endMs(index: number): number {
    const chunk = this.#chunks[index];
    return chunk === undefined ? 0 : chunk.startMs + chunk.samples.length / this.#samplesPerMs;
  }

  #whole(bytes: Uint8Array): Uint8Array {
    if (this.#format.type !== 'audio/pcm') return bytes;
    const joined = this.#half === null ? bytes : Buffer.concat([this.#half, bytes]);
    const isOdd = joined.length % 2 === 1;
    this.#half = isOdd ? joined.slice(-1) : null;
    return isOdd ? joined.subarray(0, -1) : joined;
  }
}
