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
