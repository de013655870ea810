/** A Fourier transform of fixed length, in place: real and imaginary parts in two arrays. */
export const FOURIER_POINTS = 256;

const BITS = Math.log2(FOURIER_POINTS);

const COSINES = Float64Array.from({ length: FOURIER_POINTS / 2 }, (_, k) =>
  Math.cos((2 * Math.PI * k) / FOURIER_POINTS),
);
const SINES = Float64Array.from({ length: FOURIER_POINTS / 2 }, (_, k) =>
  Math.sin((2 * Math.PI * k) / FOURIER_POINTS),
);

/** Where each input belongs before the butterflies: its index with the bits turned round. */
export const FOURIER_ORDER = Uint8Array.from({ length: FOURIER_POINTS }, (_, index) => {
  let turned = 0;
  for (let bit = 0; bit < BITS; bit++) turned = (turned << 1) | ((index >> bit) & 1);
  return turned;
});

/** Expects its input in `FOURIER_ORDER` and leaves the spectrum in natural order. */
export function transform(real: Float64Array, imaginary: Float64Array): void {
  for (let half = 1; half < FOURIER_POINTS; half *= 2) {
    const stride = FOURIER_POINTS / 2 / half;
    for (let block = 0; block < FOURIER_POINTS; block += 2 * half) {
      for (let k = 0; k < half; k++) butterfly(real, imaginary, block + k, block + k + half, k * stride);
    }
  }
}

function butterfly(real: Float64Array, imaginary: Float64Array, a: number, b: number, turn: number): void {
  const cosine = COSINES[turn] ?? 0;
  const sine = SINES[turn] ?? 0;
  const realA = real[a] ?? 0;
  const imaginaryA = imaginary[a] ?? 0;
  const realB = (real[b] ?? 0) * cosine + (imaginary[b] ?? 0) * sine;
  const imaginaryB = (imaginary[b] ?? 0) * cosine - (real[b] ?? 0) * sine;
  real[a] = realA + realB;
  imaginary[a] = imaginaryA + imaginaryB;
  real[b] = realA - realB;
  imaginary[b] = imaginaryA - imaginaryB;
}
