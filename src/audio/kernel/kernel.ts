import { MULAW_DECODED, MULAW_ENCODED } from '../g711.ts';
import { FIR_BINARY } from './fir-binary.ts';

/**
 * The arithmetic of the sample-rate change, one block at a time and without memory.
 *
 * A filter sees a window: the past it still needs, then the new bytes. Who keeps the past is not its business,
 * so a single kernel serves every call of the process. There are two of them, one in plain JavaScript and one in
 * WebAssembly; they give the same bytes.
 */
export interface Kernel {
  readonly name: 'plain' | 'simd';
  /** μ-law at 8 kHz in, 16-bit samples at 24 kHz out: one code becomes three samples. */
  readonly up: BlockFilter;
  /** 16-bit samples at 24 kHz in, μ-law at 8 kHz out: three samples become one code. */
  readonly down: BlockFilter;
}

export interface BlockFilter {
  /** Where the past, and behind it at most `BLOCK_STEPS` steps of new bytes, are laid before a run. */
  readonly window: Buffer;
  /** Where the result of a run lies until the next run of either filter. */
  readonly result: Buffer;
  /** Filters that many steps of input. */
  run(steps: number): void;
}

/** What one direction takes and gives. A step is 1/8000 s. */
export interface Direction {
  readonly stepInBytes: number;
  readonly stepOutBytes: number;
  /** How much of the past the filter looks back on. */
  readonly pastBytes: number;
  /** The byte of which silence is made. */
  readonly silentByte: number;
}

/** 96 taps at 24 kHz look back on 31 samples at 8 kHz. */
export const UP = {
  stepInBytes: 1,
  stepOutBytes: 6,
  pastBytes: 31,
  silentByte: 0xff,
} as const satisfies Direction;

/** 96 taps look back on 93 samples, beside the three of the step itself. */
export const DOWN = {
  stepInBytes: 6,
  stepOutBytes: 1,
  pastBytes: 186,
  silentByte: 0,
} as const satisfies Direction;

/** The longest block, 100 ms: long enough for the cost per block to vanish, short enough for the nearest cache. */
export const BLOCK_STEPS = 800;

/**
 * The two low-pass filters between 8 and 24 kHz, in 16-bit whole numbers.
 *
 * Both are Parks-McClellan designs of 96 taps at 24 kHz (the stop band weighs ten times the pass band), rounded
 * to whole numbers by a search that keeps the response to a constant signal exact. They are symmetric, so every
 * frequency is delayed by the same 47.5 samples, and only the first half is written down.
 */

/**
 * Up: passes to 3500 Hz, 71 dB down from 4400 Hz. Each of its three phases sums to 32768.
 */
export const UP_TAPS: readonly number[] = mirrored([
  -2, 25, 48, 45, 2, -59, -75, -16, 84, 128, 50, -106, -195, -100, 128, 281, 173, -146, -392, -282, 153, 525,
  428, -140, -684, -625, 103, 879, 894, -26, -1112, -1257, -110, 1402, 1765, 340, -1792, -2533, -739, 2374,
  3843, 1525, -3470, -6746, -3624, 6961, 20763, 30464,
]);

/**
 * Down: passes to 3400 Hz, 64 dB down from 4200 Hz. The sum is 32768; the magnitudes sum to 65,212, so that no
 * full-scale signal can carry a sum of products out of 32 bits.
 */
export const DOWN_TAPS: readonly number[] = mirrored([
  12, 13, 2, -21, -37, -30, 5, 38, 41, 0, -54, -69, -23, 60, 100, 52, -59, -136, -98, 47, 175, 156, -18, -212,
  -235, -34, 239, 330, 116, -253, -450, -241, 245, 589, 425, -200, -765, -703, 85, 1008, 1174, 166, -1419,
  -2184, -870, 2627, 6924, 9866,
]);

function mirrored(half: readonly number[]): readonly number[] {
  return [...half, ...half.toReversed()];
}

/*
 * The kernel in plain JavaScript: what runs where WebAssembly has no SIMD, and what the other one is checked by.
 *
 * Both directions come down to one inner loop, a filter of 32 taps over samples one step apart: upwards once for
 * each of the three phases of the result, downwards once for each of the three phases of the input.
 */

const PHASES = 3;
const PHASE_TAPS = 32;
const PAST_STEPS = PHASE_TAPS - 1;

/** The inner loop makes four sums at a time, so it may run past the end of a block by three. */
const OVERRUN = 3;

export function createPlainKernel(): Kernel {
  const line = new Float64Array(PAST_STEPS + BLOCK_STEPS + OVERRUN);
  const sums = new Float64Array(BLOCK_STEPS + OVERRUN);
  return { name: 'plain', up: upFilter(line, sums), down: downFilter(line, sums) };
}

function upFilter(line: Float64Array, sums: Float64Array): BlockFilter {
  const window = Buffer.alloc(UP.pastBytes + BLOCK_STEPS * UP.stepInBytes);
  const result = Buffer.alloc(BLOCK_STEPS * UP.stepOutBytes);
  const samples = new Int16Array(result.buffer, result.byteOffset);
  const phases = splitTaps(UP_TAPS, 2 ** 13);

  const run = (steps: number): void => {
    // μ-law has 14 bits, so a quarter of its sample is a whole number still
    for (let i = 0; i < PAST_STEPS + steps; i++) line[i] = (MULAW_DECODED[window[i] ?? 0] ?? 0) / 4;
    phases.forEach((taps, phase) => {
      sums.fill(0, 0, steps + OVERRUN);
      addFiltered(sums, taps, line, steps);
      for (let i = 0; i < steps; i++) samples[PHASES * i + phase] = rounded(sums[i] ?? 0);
    });
  };
  return { window, result, run };
}

function downFilter(line: Float64Array, sums: Float64Array): BlockFilter {
  const window = Buffer.alloc(DOWN.pastBytes + BLOCK_STEPS * DOWN.stepInBytes);
  const result = Buffer.alloc(BLOCK_STEPS * DOWN.stepOutBytes);
  const samples = new Int16Array(window.buffer, window.byteOffset);
  const phases = splitTaps(DOWN_TAPS, 2 ** 15);

  const run = (steps: number): void => {
    sums.fill(0, 0, steps + OVERRUN);
    phases.forEach((taps, phase) => {
      const newestFirst = PHASES - 1 - phase; // the newest sample of a step meets the first tap
      for (let i = 0; i < PAST_STEPS + steps; i++) line[i] = samples[PHASES * i + newestFirst] ?? 0;
      addFiltered(sums, taps, line, steps);
    });
    for (let i = 0; i < steps; i++) result[i] = MULAW_ENCODED[rounded(sums[i] ?? 0) & 0xffff] ?? 0;
  };
  return { window, result, run };
}

/**
 * Every third tap, last one first because the window has its oldest sample first, as parts of `unit`.
 *
 * The unit is a power of two, so the sums stay exact. It is not there for the arithmetic: seeing nothing but whole
 * numbers, the engine would compute in integers with a check on each step, at half the speed.
 */
function splitTaps(taps: readonly number[], unit: number): readonly Float64Array[] {
  return [0, 1, 2].map((phase) =>
    Float64Array.from(taps.filter((_, at) => at % PHASES === phase).toReversed(), (tap) => tap / unit),
  );
}

/**
 * Adds to each sum what the filter makes of the 32 samples from its place on.
 *
 * Four sums by four taps at a time need seven samples and four taps for sixteen products: one sum at a time,
 * which would read better, takes several times as long.
 */
function addFiltered(sums: Float64Array, taps: Float64Array, line: Float64Array, steps: number): void {
  for (let at = 0; at < steps; at += 4) {
    let sum0 = 0;
    let sum1 = 0;
    let sum2 = 0;
    let sum3 = 0;
    for (let k = 0; k < PHASE_TAPS; k += 4) {
      const tap0 = taps[k] ?? 0;
      const tap1 = taps[k + 1] ?? 0;
      const tap2 = taps[k + 2] ?? 0;
      const tap3 = taps[k + 3] ?? 0;
      const from = at + k;
      const x0 = line[from] ?? 0;
      const x1 = line[from + 1] ?? 0;
      const x2 = line[from + 2] ?? 0;
      const x3 = line[from + 3] ?? 0;
      const x4 = line[from + 4] ?? 0;
      const x5 = line[from + 5] ?? 0;
      const x6 = line[from + 6] ?? 0;
      sum0 += tap0 * x0 + tap1 * x1 + tap2 * x2 + tap3 * x3;
      sum1 += tap0 * x1 + tap1 * x2 + tap2 * x3 + tap3 * x4;
      sum2 += tap0 * x2 + tap1 * x3 + tap2 * x4 + tap3 * x5;
      sum3 += tap0 * x3 + tap1 * x4 + tap2 * x5 + tap3 * x6;
    }
    sums[at] = (sums[at] ?? 0) + sum0;
    sums[at + 1] = (sums[at + 1] ?? 0) + sum1;
    sums[at + 2] = (sums[at + 2] ?? 0) + sum2;
    sums[at + 3] = (sums[at + 3] ?? 0) + sum3;
  }
}

/** To the nearest whole number, halves upwards, held within 16 bits. */
function rounded(sum: number): number {
  const whole = Math.floor(sum + 0.5);
  return whole > 32767 ? 32767 : whole < -32768 ? -32768 : whole;
}

/*
 * The kernel in WebAssembly, which multiplies eight numbers at once. What it computes stands in `fir.wat`; here
 * its tables are filled, and its window and its result are found.
 */

/** What `fir.wat` exports; the numbers are addresses in its memory. */
interface FirExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly decoded: { readonly value: number };
  readonly encoded: { readonly value: number };
  readonly upTaps: { readonly value: number };
  readonly downTaps: { readonly value: number };
  readonly window: { readonly value: number };
  readonly result: { readonly value: number };
  up(steps: number): void;
  down(steps: number): void;
}

/** Null where there is no WebAssembly, or none with SIMD. */
export function createSimdKernel(): Kernel | null {
  const binary = Buffer.from(FIR_BINARY, 'base64');
  if (typeof WebAssembly === 'undefined' || !WebAssembly.validate(binary)) return null;
  const { exports: fir } = new WebAssembly.Instance<FirExports>(new WebAssembly.Module(binary));

  const { buffer } = fir.memory;
  const phases = [0, 1, 2].flatMap((phase) => UP_TAPS.filter((_, at) => at % 3 === phase).toReversed());
  new Int16Array(buffer, fir.upTaps.value).set(phases);
  new Int16Array(buffer, fir.downTaps.value).set(DOWN_TAPS.toReversed());
  new Int16Array(buffer, fir.decoded.value).set(MULAW_DECODED.map((sample) => sample / 4));
  new Uint8Array(buffer, fir.encoded.value).set(MULAW_ENCODED);

  const filter = (way: Direction, run: (steps: number) => void): BlockFilter => ({
    window: Buffer.from(buffer, fir.window.value, way.pastBytes + BLOCK_STEPS * way.stepInBytes),
    result: Buffer.from(buffer, fir.result.value, BLOCK_STEPS * way.stepOutBytes),
    run,
  });
  return { name: 'simd', up: filter(UP, fir.up), down: filter(DOWN, fir.down) };
}
