import { writeWav } from '../../src/audio/wav.ts';
import { decodeMulaw, Resampler } from '../../src/http/browser/telephone-sound.js';
import { callerClip } from '../../src/practice/voice.ts';

/** A sentence with quiet around it, as sound cards give it; Chromium plays it over and over. */
export function spokenIntoTheMicrophone(
  name: string,
  { quietBeforeS = 1.2, quietAfterS = 2 }: { quietBeforeS?: number; quietAfterS?: number } = {},
): Uint8Array {
  const quiet = (seconds: number) => new Float32Array(8_000 * seconds);
  const telephone = [...quiet(quietBeforeS), ...decodeMulaw(callerClip(name).mulaw), ...quiet(quietAfterS)];
  const sound = new Resampler(8_000, 48_000).push(Float32Array.from(telephone));
  const samples = Int16Array.from(sound, (sample) => Math.round(sample * 32_767));
  return writeWav({
    encoding: 'pcm16',
    sampleRate: 48_000,
    channels: 1,
    data: new Uint8Array(samples.buffer),
  });
}
