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
