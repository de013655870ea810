import { bytesPerMs } from '../../audio/format.ts';
import { interleave, writeWav } from '../../audio/wav.ts';

/** Records both ends of a practice call on one time axis: what the caller said, and what the caller heard. */
export class Tape {
  readonly #startedAt: number;
  readonly #said = new Track();
  readonly #heard = new Track();

  constructor(startedAt: number) {
    this.#startedAt = startedAt;
  }

  said(audio: Uint8Array, atMs: number): void {
    this.#said.write(audio, atMs - this.#startedAt);
  }

  heard(audio: Uint8Array, atMs: number): void {
    this.#heard.write(audio, atMs - this.#startedAt);
  }

  /** A two-channel μ-law recording: the caller left, the agent right. */
  toWav(): Uint8Array {
    const data = interleave(this.#said.sound, this.#heard.sound, SILENT);
    return writeWav({ encoding: 'mulaw', sampleRate: 8000, channels: 2, data });
  }
}

class Track {
  #bytes = new Uint8Array(FIRST_BYTES).fill(SILENT);
  #length = 0;

  get sound(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Sound that overlaps what was recorded moves behind it: frames never sound at the same time. */
  write(audio: Uint8Array, atMs: number): void {
    const at = Math.round(atMs * bytesPerMs('pcmu'));
    const begin = at < this.#length || at - this.#length < JITTER_BYTES ? this.#length : at;
    const end = begin + audio.length;
    if (end > MOST_BYTES) return;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.min(MOST_BYTES, end * 2)).fill(SILENT);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(audio, begin);
    this.#length = end;
  }
}

const SILENT = 0xff;
const FIRST_BYTES = 60 * 8000;

/** Half an hour: practice calls are shorter. */
const MOST_BYTES = 30 * 60 * 8000;

/** Frames leave a little early or late; a recording with gaps of a millisecond between them would click. */
const JITTER_BYTES = 80;
