import { bytesPerMs } from '../../audio/format.ts';
import { interleave, writeWav } from '../../audio/wav.ts';
import type { Clock } from '../../ports/clock.ts';

/**
 * What the phone knows of a practice call, on its own clock: what the caller said, what the caller heard, and when
 * the agent was cut off. Times are milliseconds since the tape was put in.
 */
export class Tape {
  /** The time of day, in milliseconds since 1970. */
  readonly startedWallMs: number;
  readonly #startedAt: number;
  readonly #said = new Track();
  readonly #heard = new Track();
  readonly #cutsMs: number[] = [];

  constructor(clock: Clock) {
    this.#startedAt = clock.now();
    this.startedWallMs = clock.wallMs();
  }

  /** Each time the phone was told to forget what it had not played: the last that was heard before that ends there. */
  get cutsMs(): readonly number[] {
    return this.#cutsMs;
  }

  cut(atMs: number): void {
    this.#cutsMs.push(atMs - this.#startedAt);
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
    const begin = at < this.#length || at - this.#length < ROUNDING_BYTES ? this.#length : at;
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

/** Sound that goes on at a fraction of a sample would click now and then. */
const ROUNDING_BYTES = 2;
