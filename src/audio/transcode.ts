import type { AudioFormat } from './format.ts';
import { pooledBytes } from './frames.ts';
import {
  BLOCK_STEPS,
  type BlockFilter,
  createPlainKernel,
  createSimdKernel,
  type Direction,
  DOWN,
  type Kernel,
  UP,
} from './kernel/kernel.ts';

/** Turns one direction of one call from a format into another, however the bytes are cut. */
export interface Transcoder {
  /** What can be said already about the bytes so far; fresh memory unless the formats are the same. */
  push(bytes: Uint8Array): Uint8Array;
  /** The end of what was pushed; the next push begins anew. */
  flush(): Uint8Array;
  /** Forgets what was pushed and not given back yet. */
  reset(): void;
}

export function createTranscoder(from: AudioFormat, to: AudioFormat): Transcoder {
  if (from === to) return UNCHANGED;
  return from === 'pcmu' ? new Upsampler() : new Downsampler();
}

const UNCHANGED: Transcoder = {
  push: (bytes) => bytes,
  flush: () => new Uint8Array(0),
  reset: () => {},
};

/*
 * From the telephone's 8 kHz μ-law to the model's 24 kHz samples and back.
 *
 * One object carries one direction of one call: it remembers the past the filter looks back on, and the bytes of
 * an unfinished sample, so that the result never depends on how the input was cut. Up adds 1.98 ms, down 1.90 ms.
 */

/** μ-law codes at 8 kHz in; 16-bit little-endian samples at 24 kHz out, six bytes for each code. */
export class Upsampler {
  readonly #stream: FilteredStream;

  constructor(kernel: Kernel = KERNEL) {
    this.#stream = new FilteredStream(UP, kernel.up);
  }

  push(codes: Uint8Array): Uint8Array {
    return this.#stream.push(codes);
  }

  flush(): Uint8Array {
    return this.#stream.flush();
  }

  reset(): void {
    this.#stream.reset();
  }
}

/** 16-bit little-endian samples at 24 kHz in, any number of bytes; μ-law codes at 8 kHz out, one for six bytes. */
export class Downsampler {
  readonly #stream: FilteredStream;

  constructor(kernel: Kernel = KERNEL) {
    this.#stream = new FilteredStream(DOWN, kernel.down);
  }

  push(samples: Uint8Array): Uint8Array {
    return this.#stream.push(samples);
  }

  flush(): Uint8Array {
    return this.#stream.flush();
  }

  reset(): void {
    this.#stream.reset();
  }
}

class FilteredStream {
  readonly #direction: Direction;
  readonly #filter: BlockFilter;

  /** The past of the next step, then what has come of that step so far. */
  readonly #kept: Uint8Array;
  #keptBytes = 0;
  #hasBegun = false;

  constructor(direction: Direction, filter: BlockFilter) {
    this.#direction = direction;
    this.#filter = filter;
    this.#kept = new Uint8Array(direction.pastBytes + direction.stepInBytes - 1);
    this.reset();
  }

  push(bytes: Uint8Array): Uint8Array {
    const { stepInBytes, stepOutBytes, pastBytes } = this.#direction;
    if (bytes.length > 0) this.#hasBegun = true;
    const steps = Math.floor((this.#keptBytes - pastBytes + bytes.length) / stepInBytes);
    const output = pooledBytes(steps * stepOutBytes);
    const blockBytes = BLOCK_STEPS * stepInBytes;
    if (bytes.length <= blockBytes - stepInBytes) this.#filterBlock(bytes, output, 0);
    else {
      let given = 0;
      for (let at = 0; at < bytes.length; at += blockBytes - stepInBytes) {
        given += this.#filterBlock(bytes.subarray(at, at + blockBytes - stepInBytes), output, given);
      }
    }
    return output;
  }

  /** Filters what fits into one window; says how many bytes came of it. */
  #filterBlock(bytes: Uint8Array, output: Uint8Array, at: number): number {
    const { stepInBytes, stepOutBytes, pastBytes } = this.#direction;
    const { window, result } = this.#filter;
    // What lies in `kept` behind what counts is overwritten by the new bytes.
    window.set(this.#kept);
    window.set(bytes, this.#keptBytes);
    const held = this.#keptBytes + bytes.length;
    const steps = Math.floor((held - pastBytes) / stepInBytes);
    if (steps > 0) this.#filter.run(steps);
    result.copy(output, at, 0, steps * stepOutBytes);
    window.copy(this.#kept, 0, steps * stepInBytes, held);
    this.#keptBytes = held - steps * stepInBytes;
    return steps * stepOutBytes;
  }

  /** Ends the sound: what is still on its way comes out, 3.9 ms of it, and the next push begins anew. */
  flush(): Uint8Array {
    if (!this.#hasBegun) return new Uint8Array(0);
    const { stepInBytes, pastBytes, silentByte } = this.#direction;
    this.#keptBytes -= (this.#keptBytes - pastBytes) % 2; // half a sample is no sound
    const toStepEnd = (stepInBytes - (this.#keptBytes - pastBytes)) % stepInBytes;
    const output = this.push(new Uint8Array(toStepEnd + pastBytes).fill(silentByte));
    this.reset();
    return output;
  }

  /** Forgets everything, as when the rest of an answer is thrown away. */
  reset(): void {
    this.#kept.fill(this.#direction.silentByte);
    this.#keptBytes = this.#direction.pastBytes;
    this.#hasBegun = false;
  }
}

/** The fastest kernel that this machine can run. */
export function chooseKernel(): Kernel {
  return createSimdKernel() ?? createPlainKernel();
}

/** The one kernel of the process. Filters remember nothing, so all calls share it. */
export const KERNEL: Kernel = chooseKernel();
