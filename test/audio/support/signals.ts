/** Tones to measure with, and what becomes of them. */

export function sine(hz: number, amplitude: number, samplesPerSecond: number, count: number): Int16Array {
  const turn = (2 * Math.PI * hz) / samplesPerSecond;
  return Int16Array.from({ length: count }, (_, at) => Math.round(amplitude * Math.sin(turn * at)));
}

/** The amplitude of a sine so many decibels below full scale. */
export function dbfs(level: number): number {
  return 32767 * 10 ** (level / 20);
}

export function decibels(ratio: number): number {
  return 20 * Math.log10(ratio);
}

export interface Wave {
  readonly amplitude: number;
  /** How far the cosine is ahead at sample 0 of the measured second. */
  readonly phase: number;
}

/**
 * The part of a sound at a frequency of whole hertz. One second is measured, in which every such wave has whole
 * periods, so that none of them shows up in the place of another; the rise at the start is left out.
 */
export function waveAt(hz: number, samples: Int16Array, samplesPerSecond: number): Wave {
  const from = samples.length - samplesPerSecond;
  if (from < 0) throw new Error(`Expected at least a second of sound, got ${samples.length} samples.`);
  const turn = (2 * Math.PI * hz) / samplesPerSecond;
  let inPhase = 0;
  let quadrature = 0;
  for (let at = 0; at < samplesPerSecond; at++) {
    const sample = samples[from + at] ?? 0;
    inPhase += sample * Math.cos(turn * at);
    quadrature -= sample * Math.sin(turn * at);
  }
  const half = samplesPerSecond / 2;
  return {
    amplitude: Math.hypot(inPhase, quadrature) / half,
    phase: Math.atan2(quadrature, inPhase),
  };
}

/** Decibels between a tone and everything else in the last second of a sound. */
export function signalToNoise(hz: number, samples: Int16Array, samplesPerSecond: number): number {
  const second = samples.subarray(samples.length - samplesPerSecond);
  const signal = waveAt(hz, samples, samplesPerSecond).amplitude ** 2 / 2;
  const whole = second.reduce((sum, sample) => sum + sample * sample, 0) / samplesPerSecond;
  return 10 * Math.log10(signal / (whole - signal));
}

/** The bytes of 16-bit samples, as the model's side has them. */
export function pcmBytes(samples: Int16Array): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}

export function pcmSamples(bytes: Uint8Array): Int16Array {
  return new Int16Array(bytes.slice().buffer);
}

/** Bytes without any order, the same ones every time. */
export function noiseBytes(count: number, seed = 1): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

/** A whole number of steps from one frequency to another, both included. */
export function frequencies(fromHz: number, toHz: number, stepHz: number): readonly number[] {
  return Array.from({ length: Math.floor((toHz - fromHz) / stepHz) + 1 }, (_, i) => fromHz + i * stepHz);
}

/** Where two sounds begin to differ, or null. For long ones: showing every difference would take minutes. */
export function differsAt(one: ArrayLike<number>, other: ArrayLike<number>): number | null {
  const longest = Math.max(one.length, other.length);
  for (let at = 0; at < longest; at++) if (one[at] !== other[at]) return at;
  return null;
}
