import type { AudioFormat } from '../../audio/format.ts';
import { encodeMulaw } from '../../audio/g711.ts';
import { createTranscoder } from '../../audio/transcode.ts';

/**
 * What a caller hears who has to wait and would otherwise hear nothing: two soft notes, a fifth apart.
 * It is the one sound that is ours, for when there is no model to say anything.
 */
export function waitingTone(format: AudioFormat): Uint8Array {
  const samples = new Int16Array(NOTES_HZ.length * NOTE_SAMPLES);
  for (const [note, hz] of NOTES_HZ.entries()) {
    for (let i = 0; i < NOTE_SAMPLES; i += 1) {
      const swell = Math.sin((Math.PI * i) / NOTE_SAMPLES); // no click at either end
      const wave = Math.sin((2 * Math.PI * hz * i) / SAMPLE_RATE);
      samples[note * NOTE_SAMPLES + i] = Math.round(AMPLITUDE * swell * wave);
    }
  }
  return createTranscoder('pcmu', format).push(encodeMulaw(samples));
}

const SAMPLE_RATE = 8_000;
const NOTES_HZ = [440, 660];
const NOTE_SAMPLES = 0.14 * SAMPLE_RATE;

/** 27 dB below full scale: to be noticed, and not to be minded. */
const AMPLITUDE = 1_450;
