import type { AudioFormat } from './format.ts';
import { Downsampler, Upsampler } from './resample.ts';

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
