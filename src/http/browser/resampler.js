/**
 * Sound at one rate made into sound at another, piece by piece, as if it were one.
 *
 * A window of a sinc is laid over the samples around each new one; it lets through what both rates
 * can carry and nothing above, or what the ear would get from a microphone is mirrored hiss.
 */
export class Resampler {
  /** Samples taken in for each one given. */
  #step;
  #cutoff;
  /** How far the window reaches to either side, in samples taken in. */
  #reach;
  /** The last samples taken in, as far as they are still needed. */
  #held;
  /** Where the next sample is taken, counted from the first one held. */
  #at;

  /** @param {number} fromHz @param {number} toHz */
  constructor(fromHz, toHz) {
    this.#step = fromHz / toHz;
    this.#cutoff = (Math.min(1, toHz / fromHz) * PASS) / 2; // of a cycle per sample taken in
    this.#reach = Math.ceil(ZERO_CROSSINGS / (2 * this.#cutoff));
    this.#held = new Float32Array(this.#reach);
    this.#at = this.#reach;
  }

  /** @param {Float32Array} samples @returns {Float32Array} */
  push(samples) {
    const all = new Float32Array(this.#held.length + samples.length);
    all.set(this.#held);
    all.set(samples, this.#held.length);
    const made = [];
    let at = this.#at;
    for (; at + this.#reach < all.length; at += this.#step) made.push(this.#sampleAt(all, at));
    const cut = Math.min(all.length, Math.max(0, Math.floor(at) - this.#reach));
    this.#held = all.slice(cut);
    this.#at = at - cut;
    return Float32Array.from(made);
  }

  /** @param {Float32Array} samples @param {number} at */
  #sampleAt(samples, at) {
    let sum = 0;
    for (let i = Math.ceil(at - this.#reach); i <= at + this.#reach; i += 1) {
      const x = i - at;
      const window = 0.5 + 0.5 * Math.cos((Math.PI * x) / (this.#reach + 1));
      const angle = 2 * Math.PI * this.#cutoff * x;
      const sinc = angle === 0 ? 1 : Math.sin(angle) / angle;
      sum += (samples[i] ?? 0) * sinc * window;
    }
    return sum * 2 * this.#cutoff;
  }
}

/** Of what the slower rate can carry, this much is let through. */
const PASS = 0.9;
const ZERO_CROSSINGS = 16;
