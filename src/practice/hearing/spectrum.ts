/**
 * Takes sound apart by pitch: how strong it is in each of a few bands of the telephone's range, every 10 ms.
 *
 * At 24 kHz a window is read as three interleaved windows at 8 kHz, whose spectra are then joined. So both rates
 * stand on the same grid of 31.25 Hz, and the same sound gives the same figures whichever way it came.
 */

export type SpeechRate = 8_000 | 24_000;

const ROW_MS = 10;
export const BANDS = 18;

const LOWEST_HZ = 300;
const HIGHEST_HZ = 3_400;
const FOURIER_POINTS = 256;
const GRID_HZ = 8_000 / FOURIER_POINTS;
const BINS = FOURIER_POINTS / 2;

/** One row of `BANDS` mean squares for each full 10 ms, seen through a window of 32 ms around its middle. */
export function bandPowers(samples: Int16Array, sampleRate: SpeechRate): Float64Array {
  const { window, strands } = VIEWS[sampleRate];
  const rowSamples = (sampleRate * ROW_MS) / 1000;
  const rows = Math.floor(samples.length / rowSamples);
  const powers = new Float64Array(rows * BANDS);
  const spectrum = { real: new Float64Array(BINS), imaginary: new Float64Array(BINS) };
  for (let row = 0; row < rows; row++) {
    const from = row * rowSamples + (rowSamples - window.length) / 2;
    spectrum.real.fill(0);
    spectrum.imaginary.fill(0);
    for (const [offset, strand] of strands.entries())
      addStrand(samples, from, window, offset, strand, spectrum);
    fillBands(spectrum, powers.subarray(row * BANDS, (row + 1) * BANDS));
  }
  return powers;
}

interface Spectrum {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

/** How one of the interleaved windows is joined with the others: the turn of each bin, for its later start. */
interface Strand {
  readonly cosines: Float64Array;
  readonly sines: Float64Array;
}

interface View {
  readonly window: Float64Array;
  readonly strands: readonly Strand[];
}

const VIEWS = { 8000: makeView(1), 24000: makeView(3) } as const satisfies Record<SpeechRate, View>;

function makeView(strandCount: number): View {
  const length = FOURIER_POINTS * strandCount;
  // Scaled so that samples count as parts of full scale, and three strands weigh as much as one.
  const window = Float64Array.from(
    { length },
    (_, i) => (0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / length)) / 32_768 / strandCount,
  );
  const strands = Array.from({ length: strandCount }, (_, offset) => {
    const turns = Float64Array.from({ length: BINS }, (_, bin) => (2 * Math.PI * bin * offset) / length);
    return { cosines: turns.map(Math.cos), sines: turns.map(Math.sin) };
  });
  return { window, strands };
}

const real = new Float64Array(FOURIER_POINTS);
const imaginary = new Float64Array(FOURIER_POINTS);

function addStrand(
  samples: Int16Array,
  from: number,
  window: Float64Array,
  offset: number,
  { cosines, sines }: Strand,
  sum: Spectrum,
): void {
  const step = window.length / FOURIER_POINTS;
  imaginary.fill(0);
  for (let i = 0; i < FOURIER_POINTS; i++) {
    const at = i * step + offset;
    real[FOURIER_ORDER[i] ?? 0] = (samples[from + at] ?? 0) * (window[at] ?? 0);
  }
  transform(real, imaginary);
  for (let bin = 0; bin < BINS; bin++) {
    const cosine = cosines[bin] ?? 0;
    const sine = sines[bin] ?? 0;
    const x = real[bin] ?? 0;
    const y = imaginary[bin] ?? 0;
    sum.real[bin] = (sum.real[bin] ?? 0) + x * cosine + y * sine;
    sum.imaginary[bin] = (sum.imaginary[bin] ?? 0) + y * cosine - x * sine;
  }
}

/** Triangles over the grid, evenly spaced as the ear hears pitch, each reaching to its neighbours' middles. */
const WEIGHTS: readonly Float64Array[] = Array.from({ length: BANDS }, (_, band) => {
  const [low, middle, high] = [bandEdgeHz(band), bandEdgeHz(band + 1), bandEdgeHz(band + 2)];
  return Float64Array.from({ length: BINS }, (_, bin) => {
    const hz = bin * GRID_HZ;
    return Math.max(0, Math.min((hz - low) / (middle - low), (high - hz) / (high - middle)));
  });
});

function bandEdgeHz(edge: number): number {
  const [lowest, highest] = [toMel(LOWEST_HZ), toMel(HIGHEST_HZ)];
  const mel = lowest + ((highest - lowest) * edge) / (BANDS + 1);
  return 700 * (10 ** (mel / 2595) - 1);
}

function toMel(hz: number): number {
  return 2595 * Math.log10(1 + hz / 700);
}

function fillBands(spectrum: Spectrum, powers: Float64Array): void {
  for (const [band, weights] of WEIGHTS.entries()) {
    let power = 0;
    for (let bin = 0; bin < BINS; bin++) {
      const weight = weights[bin] ?? 0;
      if (weight === 0) continue;
      power += weight * ((spectrum.real[bin] ?? 0) ** 2 + (spectrum.imaginary[bin] ?? 0) ** 2);
    }
    powers[band] = power;
  }
}

/* A Fourier transform of fixed length, in place: real and imaginary parts in two arrays. */

const BITS = Math.log2(FOURIER_POINTS);

const COSINES = Float64Array.from({ length: FOURIER_POINTS / 2 }, (_, k) =>
  Math.cos((2 * Math.PI * k) / FOURIER_POINTS),
);
const SINES = Float64Array.from({ length: FOURIER_POINTS / 2 }, (_, k) =>
  Math.sin((2 * Math.PI * k) / FOURIER_POINTS),
);

/** Where each input belongs before the butterflies: its index with the bits turned round. */
const FOURIER_ORDER = Uint8Array.from({ length: FOURIER_POINTS }, (_, index) => {
  let turned = 0;
  for (let bit = 0; bit < BITS; bit++) turned = (turned << 1) | ((index >> bit) & 1);
  return turned;
});

/** Expects its input in `FOURIER_ORDER` and leaves the spectrum in natural order. */
function transform(real: Float64Array, imaginary: Float64Array): void {
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
