import type { WireFormat } from './session-config.ts';
import { decodeAudio, sampleRate } from './wire-audio.ts';

/** The longest turn whose sound is kept; of a longer one its end. */
const KEPT_MS = 60_000;

/** A second of the faster format, to begin with. */
const FIRST_SAMPLES = 24_000;

/**
 * The sound that a client has appended, on a clock that counts nothing else.
 *
 * What is kept lies in one stretch of memory that is used again and again, as a
 * hundred sessions append five thousand pieces a second.
 */
export class InputBuffer {
  #format: WireFormat;
  #appendedMs = 0;
  #memory = new Int16Array(FIRST_SAMPLES);
  /** Where in the memory the kept samples lie. */
  #begin = 0;
  #end = 0;
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
    this.#begin = this.#end;
    this.#half = null;
  }

  append(bytes: Uint8Array): Int16Array {
    const samples = decodeAudio(this.#whole(bytes), this.#format);
    this.#makeRoomFor(samples.length);
    this.#memory.set(samples, this.#end);
    this.#end += samples.length;
    this.#appendedMs += samples.length / this.#samplesPerMs;
    this.keepFrom(this.#appendedMs - KEPT_MS);
    return samples;
  }

  /** Lets go of what was before that moment. */
  keepFrom(ms: number): void {
    this.#begin = Math.max(this.#begin, this.#placeOf(ms));
  }

  /** The sound between two moments, as far as it is still here. */
  between(startMs: number, endMs: number): Int16Array {
    return this.#memory.slice(this.#placeOf(startMs), this.#placeOf(endMs));
  }

  get #samplesPerMs(): number {
    return sampleRate(this.#format) / 1_000;
  }

  #placeOf(ms: number): number {
    const place = this.#end - Math.round((this.#appendedMs - ms) * this.#samplesPerMs);
    return Math.min(this.#end, Math.max(this.#begin, place));
  }

  #makeRoomFor(samples: number): void {
    if (this.#end + samples <= this.#memory.length) return;
    const kept = this.#memory.subarray(this.#begin, this.#end);
    const needed = kept.length + samples;
    const memory = needed * 2 > this.#memory.length ? new Int16Array(needed * 2) : this.#memory;
    memory.set(kept);
    this.#memory = memory;
    this.#begin = 0;
    this.#end = kept.length;
  }

  #whole(bytes: Uint8Array): Uint8Array {
    if (this.#format.type !== 'audio/pcm') return bytes;
    const joined = this.#half === null ? bytes : Buffer.concat([this.#half, bytes]);
    const isOdd = joined.length % 2 === 1;
    this.#half = isOdd ? joined.slice(-1) : null;
    return isOdd ? joined.subarray(0, -1) : joined;
  }
}
