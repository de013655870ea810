import { framePowers, LOUDNESS_FRAME_MS } from './loudness.ts';
import { loudPower, powerRatio } from './sound-picture.ts';

/** Softer than this, against the speech itself, is what lies around it. */
const AROUND_DB = -14;
/** Kept on either side: words begin and end softly. */
const MARGIN_FRAMES = 20;

/** Cuts a recording to what was spoken in it, with a margin of 200 ms on both sides: silence where it had less. */
export function trimToSpeech(samples: Int16Array, sampleRate: number): Int16Array {
  const powers = framePowers(samples, sampleRate);
  const enough = loudPower(powers) * powerRatio(AROUND_DB);
  const first = powers.findIndex((power) => power > enough);
  const last = powers.findLastIndex((power) => power > enough);
  if (first < 0) return new Int16Array(0);
  const frameSamples = (sampleRate * LOUDNESS_FRAME_MS) / 1000;
  const from = (first - MARGIN_FRAMES) * frameSamples;
  const to = (last + 1 + MARGIN_FRAMES) * frameSamples;
  const trimmed = new Int16Array(to - from);
  trimmed.set(samples.subarray(Math.max(0, from), to), Math.max(0, -from));
  return trimmed;
}
