import { bytesPerMs } from '../../audio/format.ts';
import { ByteQueue } from '../../audio/frames.ts';

/**
 * The phone's loudspeaker: plays what arrives in order, one second per second,
 * and knows to the byte what its user has heard.
 *
 * It has no timer: whoever owns it says what time it is, as often as they like.
 * Times are milliseconds on one clock; the answer does not depend on how often.
 */
export class PlayOut {
  readonly #onPlayed: (audio: Uint8Array, atMs: number) => void;
  readonly #waiting = new ByteQueue();
  readonly #marks: { readonly name: string; readonly atByte: number }[] = [];
  #arrivedBytes = 0;
  #playedBytes = 0;
  /** When the sound that waits began to play, counted back to the first byte ever played without a gap. */
  #startedAt = 0;
  #startedAtByte = 0;

  /** `onPlayed` is told of every byte that was heard, with the time its first one began to sound. */
  constructor(onPlayed: (audio: Uint8Array, atMs: number) => void = () => {}) {
    this.#onPlayed = onPlayed;
  }

  get heardMs(): number {
    return this.#playedBytes / BYTES_PER_MS;
  }

  /** How much sound waits to be played. */
  get waitingMs(): number {
    return this.#waiting.length / BYTES_PER_MS;
  }

  get isPlaying(): boolean {
    return this.#waiting.length > 0;
  }

  /** When the next mark is due, if nothing else happens. */
  get nextMarkAt(): number | null {
    const mark = this.#marks[0];
    return mark ? this.#startedAt + (mark.atByte - this.#startedAtByte) / BYTES_PER_MS : null;
  }

  /** Sound arrives. Call `advance` first, so that what was due before it is done. */
  arrive(audio: Uint8Array, now: number): void {
    if (!this.isPlaying) {
      this.#startedAt = now;
      this.#startedAtByte = this.#playedBytes;
    }
    this.#waiting.push(audio);
    this.#arrivedBytes += audio.length;
  }

  /** A mark arrives: it is reached when all sound before it was played, at once if there is none. */
  mark(name: string): readonly string[] {
    if (!this.isPlaying) return [name];
    this.#marks.push({ name, atByte: this.#arrivedBytes });
    return [];
  }

  /** Plays on until now; gives the marks that were reached. */
  advance(now: number): readonly string[] {
    const dueByte = this.#startedAtByte + Math.floor((now - this.#startedAt) * BYTES_PER_MS + ROUNDING);
    const bytes = Math.min(this.#waiting.length, Math.max(0, dueByte - this.#playedBytes));
    if (bytes > 0) {
      const atMs = this.#startedAt + (this.#playedBytes - this.#startedAtByte) / BYTES_PER_MS;
      this.#onPlayed(this.#waiting.take(bytes), atMs);
      this.#playedBytes += bytes;
    }
    const reached: string[] = [];
    for (let mark = this.#marks[0]; mark && mark.atByte <= this.#playedBytes; mark = this.#marks[0]) {
      reached.push(mark.name);
      this.#marks.shift();
    }
    return reached;
  }

  /** Forgets what was not played; gives all marks that waited. */
  clear(): readonly string[] {
    this.#waiting.clear();
    this.#arrivedBytes = this.#playedBytes;
    return this.#marks.splice(0).map((mark) => mark.name);
  }
}

const BYTES_PER_MS = bytesPerMs('pcmu');

/** Times are floating-point: a byte that is due by a billionth is due. */
const ROUNDING = 1e-6;
