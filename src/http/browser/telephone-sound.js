/** The telephone's code for sound (G.711 μ-law): a byte for each sample, finer where it is quiet. */

const BIAS = 0x84;
const LOUDEST = 32_635;

/** @param {number} sample −1 to 1 */
export function encodeSample(sample) {
  const wide = Math.round(Math.max(-1, Math.min(1, sample)) * 32_767);
  const sign = wide < 0 ? 0x80 : 0;
  const biased = Math.min(Math.abs(wide), LOUDEST) + BIAS;
  const exponent = Math.max(0, 24 - Math.clz32(biased)); // the place of the highest bit, above bit 7
  const mantissa = (biased >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

/** Every code's sample, −1 to 1. */
const DECODED = Float32Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + BIAS) << ((bits >> 4) & 7)) - BIAS;
  return (bits & 0x80 ? -magnitude : magnitude) / 32_768;
});

/** @param {Float32Array} samples */
export function encodeMulaw(samples) {
  return Uint8Array.from(samples, encodeSample);
}

/** @param {Uint8Array} codes */
export function decodeMulaw(codes) {
  return Float32Array.from(codes, (code) => DECODED[code] ?? 0);
}

/** A code for no sound at all. */
export const SILENT_CODE = 0xff;

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

/**
 * The phone's loudspeaker: plays what arrives in order, and knows when a mark is reached.
 *
 * It works on samples at the loudspeaker's own rate; whoever owns it asks for the next few.
 */
export class PlayOut {
  /** @type {{ samples: Float32Array, at: number }[]} */
  #waiting = [];
  /** @type {{ name: string, at: number }[]} */
  #marks = [];
  #arrived = 0;
  #played = 0;

  /** @param {Float32Array} samples */
  arrive(samples) {
    if (samples.length === 0) return;
    this.#waiting.push({ samples, at: 0 });
    this.#arrived += samples.length;
  }

  /** Reached when all sound before it was played; at once if there is none. @param {string} name @returns {string[]} */
  mark(name) {
    if (this.#played >= this.#arrived) return [name];
    this.#marks.push({ name, at: this.#arrived });
    return [];
  }

  /** Forgets what was not played; gives all marks that waited. @returns {string[]} */
  clear() {
    this.#waiting = [];
    this.#arrived = this.#played;
    return this.#marks.splice(0).map(({ name }) => name);
  }

  /** Fills the output, with silence where nothing waits; gives the marks that were reached. @param {Float32Array} output @returns {string[]} */
  play(output) {
    let filled = 0;
    for (let piece = this.#waiting[0]; piece && filled < output.length; piece = this.#waiting[0]) {
      const part = piece.samples.subarray(piece.at, piece.at + output.length - filled);
      output.set(part, filled);
      filled += part.length;
      piece.at += part.length;
      if (piece.at === piece.samples.length) this.#waiting.shift();
    }
    output.fill(0, filled);
    this.#played += filled;
    const reached = this.#marks.filter(({ at }) => at <= this.#played);
    this.#marks.splice(0, reached.length);
    return reached.map(({ name }) => name);
  }
}
