/**
 * The kernel in WebAssembly, which multiplies eight numbers at once. What it computes stands in `fir.wat`; here
 * its tables are filled, and its window and its result are found.
 */

import { MULAW_DECODED, MULAW_ENCODED } from '../g711.ts';
import { FIR_BINARY } from './fir-binary.ts';
import {
  BLOCK_STEPS,
  type BlockFilter,
  type Direction,
  DOWN,
  DOWN_TAPS,
  type Kernel,
  UP,
  UP_TAPS,
} from './kernel.ts';

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
