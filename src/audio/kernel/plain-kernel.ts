/**
 * The kernel in plain JavaScript: what runs where WebAssembly has no SIMD, and what the other one is checked by.
 *
 * Both directions come down to one inner loop, a filter of 32 taps over samples one step apart: upwards once for
 * each of the three phases of the result, downwards once for each of the three phases of the input.
 */

import { MULAW_DECODED, MULAW_ENCODED } from '../g711.ts';
import { BLOCK_STEPS, type BlockFilter, DOWN, DOWN_TAPS, type Kernel, UP, UP_TAPS } from './kernel.ts';

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
