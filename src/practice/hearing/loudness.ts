/** The grid on which loudness is measured. Short enough that a click fills one frame or two, never a syllable's worth. */
export const LOUDNESS_FRAME_MS = 10;

/**
 * Measures the loudness of a stream, one figure per 10 ms: the mean square around the mean, so that a constant offset
 * is silence. Full scale is 1. However the stream is cut into pieces, the figures are the same.
 */
export class Loudness {
  #sampleRate: number;
  #filled = 0;
  #sum = 0;
  #sumOfSquares = 0;

  constructor(sampleRate: number) {
    this.#sampleRate = sampleRate;
  }

  /** What is waiting for its frame to be full, in milliseconds. */
  get pendingMs(): number {
    return (this.#filled * 1000) / this.#sampleRate;
  }

  push(samples: Int16Array, onFrame: (power: number) => void): void {
    const frameSamples = (this.#sampleRate * LOUDNESS_FRAME_MS) / 1000;
    for (let at = 0; at < samples.length; ) {
      const end = Math.min(samples.length, at + frameSamples - this.#filled);
      this.#add(samples, at, end);
      at = end;
      if (this.#filled === frameSamples) onFrame(this.#finishFrame());
    }
  }

  /** Starts over, at this rate: what was pending is dropped. */
  restart(sampleRate: number): void {
    this.#sampleRate = sampleRate;
    this.#filled = 0;
    this.#sum = 0;
    this.#sumOfSquares = 0;
  }

  #add(samples: Int16Array, from: number, to: number): void {
    let sum = 0;
    let sumOfSquares = 0;
    for (let i = from; i < to; i++) {
      const sample = samples[i] ?? 0;
      sum += sample;
      sumOfSquares += sample * sample;
    }
    this.#filled += to - from;
    this.#sum += sum;
    this.#sumOfSquares += sumOfSquares;
  }

  #finishFrame(): number {
    const mean = this.#sum / this.#filled;
    const power = this.#sumOfSquares / this.#filled - mean * mean;
    this.#filled = 0;
    this.#sum = 0;
    this.#sumOfSquares = 0;
    return power / 32_768 ** 2;
  }
}

/** The loudness of each full frame of a sound that is there as a whole. */
export function framePowers(samples: Int16Array, sampleRate: number): Float64Array {
  const powers: number[] = [];
  new Loudness(sampleRate).push(samples, (power) => powers.push(power));
  return Float64Array.from(powers);
}
