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
