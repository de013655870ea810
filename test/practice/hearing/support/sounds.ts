/** Sound for the ears' tests: the practice caller's sentences, and what a line or a mistake makes of sound. */
import { encodeMulaw } from '../../../../src/audio/g711.ts';
import { createTranscoder } from '../../../../src/audio/transcode.ts';
import { type Clip, clipMulaw, clipSamples, clips, findClip } from '../../../../src/practice/voice.ts';

/** Every sentence the practice caller says. */
export const SENTENCES: readonly string[] = clips()
  .filter(isCallersSentence)
  .map((clip) => clip.name);

/** A caller's clip at 8 kHz. */
export function spoken(name: string): Int16Array {
  return clipSamples(findClip('caller', name));
}

/** μ-law as it comes off the line, converted for the model as Ringdown does it. */
export function overTheLine(mulaw: Uint8Array): Int16Array {
  const up = createTranscoder('pcmu', 'pcm24');
  const bytes = Buffer.concat([up.push(mulaw), up.flush()]);
  return Int16Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readInt16LE(2 * i));
}

/** The clip at 24 kHz, as the model gets it. */
export function spokenAt24(name: string): Int16Array {
  return overTheLine(clipMulaw(findClip('caller', name)));
}

/** 24 kHz sound brought down as Ringdown does it, and decoded. */
export function down(samples: Int16Array): Uint8Array {
  const transcoder = createTranscoder('pcm24', 'pcmu');
  const bytes = new Uint8Array(samples.slice().buffer);
  return Buffer.concat([transcoder.push(bytes), transcoder.flush()]);
}

export function throughMulaw(samples: Int16Array): Uint8Array {
  return encodeMulaw(samples);
}

export function silence(ms: number, sampleRate: number): Int16Array {
  return new Int16Array((ms * sampleRate) / 1000);
}

/** White noise of this level, the same each time. */
export function noise(samples: number, dbfs: number, seed = 1): Int16Array {
  const peak = amplitude(dbfs) * Math.sqrt(3); // even between -peak and peak
  let state = seed;
  return Int16Array.from({ length: samples }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.round((state / 2 ** 31 - 1) * peak);
  });
}

export function sine(hertz: number, ms: number, dbfs: number, sampleRate: number): Int16Array {
  const peak = amplitude(dbfs) * Math.SQRT2;
  return Int16Array.from({ length: (ms * sampleRate) / 1000 }, (_, i) =>
    Math.round(peak * Math.sin((2 * Math.PI * hertz * i) / sampleRate)),
  );
}

export function inTurn(...parts: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Both at once, as long as the longer. */
export function together(one: Int16Array, other: Int16Array): Int16Array {
  return Int16Array.from({ length: Math.max(one.length, other.length) }, (_, i) =>
    clipped((one[i] ?? 0) + (other[i] ?? 0)),
  );
}

export function louder(samples: Int16Array, decibels: number): Int16Array {
  return samples.map((sample) => clipped(sample * 10 ** (decibels / 20)));
}

/** The level over everything, pauses included. */
export function levelDbfs(samples: Int16Array): number {
  const sum = samples.reduce((total, sample) => total + sample * sample, 0);
  return 10 * Math.log10(sum / samples.length / 32_768 ** 2);
}

export type Loss = 'silenced' | 'left out';

/** Every so-many-th frame of 20 ms missing, the first missing one being `first`. */
export function losing(loss: Loss, every: number, first: number, samples: Int16Array): Int16Array {
  const frames = Array.from({ length: Math.ceil(samples.length / 160) }, (_, i) =>
    samples.slice(i * 160, (i + 1) * 160),
  );
  const isLost = (frame: number): boolean => frame % every === first;
  return loss === 'silenced'
    ? inTurn(...frames.map((frame, i) => (isLost(i) ? frame.fill(0) : frame)))
    : inTurn(...frames.filter((_, i) => !isLost(i)));
}

/** The same speech in another time, pitch and all: 2 is twice as slow. */
export function stretched(samples: Int16Array, factor: number): Int16Array {
  return Int16Array.from({ length: Math.floor(samples.length * factor) }, (_, i) => {
    const at = i / factor;
    const before = samples[Math.floor(at)] ?? 0;
    const after = samples[Math.floor(at) + 1] ?? 0;
    return before + (after - before) * (at % 1);
  });
}

function isCallersSentence(clip: Clip): boolean {
  return clip.speaker === 'caller' && clip.kind === 'sentence';
}

function amplitude(dbfs: number): number {
  return 32_768 * 10 ** (dbfs / 20);
}

function clipped(value: number): number {
  return Math.max(-32_768, Math.min(32_767, Math.round(value)));
}
