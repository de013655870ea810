/**
 * Sound at one rate made into sound at another, piece by piece, as if it were one.
 *
 * A window of a sinc is laid over the samples around each new one; it lets through what both rates
 * can carry and nothing above, or what the ear would get from a microphone is mirrored hiss.
 */
export class Resampler {
  #fromHz;
  #toHz;
  #cutoff;
  /** How far the window reaches to either side, in samples taken in. */
  #reach;
  /** The last samples taken in, as far as they are still needed. */
  #held;
  /** Where the next sample is taken: behind which one held, and how far, counted in parts of `toHz`. */
  #index;
  #parts = 0;

  /** @param {number} fromHz @param {number} toHz Both whole: then no call is long enough for them to drift. */
  constructor(fromHz, toHz) {
    this.#fromHz = fromHz;
    this.#toHz = toHz;
    this.#cutoff = (Math.min(1, toHz / fromHz) * PASS) / 2; // of a cycle per sample taken in
    this.#reach = Math.ceil(ZERO_CROSSINGS / (2 * this.#cutoff));
    this.#held = new Float32Array(this.#reach);
    this.#index = this.#reach;
  }

  /** @param {Float32Array} samples @returns {Float32Array} */
  push(samples) {
    const all = new Float32Array(this.#held.length + samples.length);
    all.set(this.#held);
    all.set(samples, this.#held.length);
    const made = [];
    while (this.#index + this.#reach + 1 < all.length) {
      made.push(this.#sampleAt(all));
      this.#parts += this.#fromHz;
      this.#index += Math.floor(this.#parts / this.#toHz);
      this.#parts %= this.#toHz;
    }
    const cut = Math.min(all.length, this.#index - this.#reach);
    this.#held = all.slice(cut);
    this.#index -= cut;
    return Float32Array.from(made);
  }

  /** @param {Float32Array} samples */
  #sampleAt(samples) {
    const fraction = this.#parts / this.#toHz;
    let sum = 0;
    for (let i = 1 - this.#reach; i <= this.#reach; i += 1) {
      const x = i - fraction;
      const window = 0.5 + 0.5 * Math.cos((Math.PI * x) / (this.#reach + 1));
      const angle = 2 * Math.PI * this.#cutoff * x;
      const sinc = angle === 0 ? 1 : Math.sin(angle) / angle;
      sum += (samples[this.#index + i] ?? 0) * sinc * window;
    }
    return sum * 2 * this.#cutoff;
  }
}

/** Of what the slower rate can carry, this much is let through. */
const PASS = 0.9;
const ZERO_CROSSINGS = 16;
