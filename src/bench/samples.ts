/** What is measured on the bench, in milliseconds each. */
export interface Samples {
  /** A frame of the caller's, from the phone to the model. */
  readonly up: number[];
  /** The first sound of an answer, from the model to the phone. */
  readonly down: number[];
  /** From the model's word that the caller speaks to the phone being told to be silent. */
  readonly clear: number[];
  /** How far `audio_end_ms` was from what the phone had played, by situation. */
  readonly heardError: Map<string, number[]>;
  /** Times that a phone had nothing to play in the middle of an answer. */
  gaps: number;
  /** Answers of which the phone does not know it well enough, because it was held up itself. */
  unjudged: number;
}

export function noSamples(): Samples {
  return { up: [], down: [], clear: [], heardError: new Map(), gaps: 0, unjudged: 0 };
}

export interface Spread {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
}

export function spreadOf(samples: readonly number[]): Spread {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), most: at(1) };
}

/** The middle one: what a round in which the machine was busy with something else does not change. */
export function medianOf(numbers: readonly number[]): number {
  return spreadOf(numbers).p50;
}
