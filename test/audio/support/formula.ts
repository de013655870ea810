/**
 * The two filters as they are written on paper, one product at a time. Slow, and hard to get wrong.
 */

import { decodeMulaw, encodeMulaw } from '../../../src/audio/g711.ts';
import { DOWN_TAPS, UP_TAPS } from '../../../src/audio/kernel/kernel.ts';

/** y[3n + p] = sum over k of c[3k + p] x[n - k], not yet rounded; x has the 14 bits of μ-law. */
export function upSums(codes: Uint8Array): Float64Array {
  const samples = decodeMulaw(codes);
  return Float64Array.from({ length: 3 * samples.length }, (_, at) => {
    const n = Math.floor(at / 3);
    let sum = 0;
    for (let k = 0; k < 32; k++) sum += (UP_TAPS[3 * k + (at % 3)] ?? NaN) * ((samples[n - k] ?? 0) / 4);
    return sum;
  });
}

export function upByFormula(codes: Uint8Array): Int16Array {
  return Int16Array.from(upSums(codes), (sum) => within16Bits((sum + 4096) >> 13));
}

/** s[j] = sum over k of d[k] x[3j + 2 - k], rounded, then coded. */
export function downByFormula(samples: Int16Array): Uint8Array {
  const sums = Int16Array.from({ length: Math.floor(samples.length / 3) }, (_, j) => {
    let sum = 0;
    for (let k = 0; k < 96; k++) sum += (DOWN_TAPS[k] ?? NaN) * (samples[3 * j + 2 - k] ?? 0);
    return within16Bits((sum + 16384) >> 15);
  });
  return encodeMulaw(sums);
}

function within16Bits(value: number): number {
  return Math.max(-32768, Math.min(32767, value));
}
