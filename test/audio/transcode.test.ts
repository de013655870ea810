import { describe, expect, it } from 'vitest';
import { createTranscoder, Downsampler, Upsampler } from '../../src/audio/transcode.ts';
import { noiseBytes } from './support/signals.ts';

describe('a transcoder', () => {
  it('turns the telephone’s sound into the model’s', () => {
    const codes = noiseBytes(160);

    expect(createTranscoder('pcmu', 'pcm24').push(codes)).toEqual(new Upsampler().push(codes));
  });

  it('turns the model’s sound into the telephone’s', () => {
    const samples = noiseBytes(960);

    expect(createTranscoder('pcm24', 'pcmu').push(samples)).toEqual(new Downsampler().push(samples));
  });

  it('remembers nothing of another call', () => {
    const codes = noiseBytes(160);
    createTranscoder('pcmu', 'pcm24').push(noiseBytes(160, 5));

    expect(createTranscoder('pcmu', 'pcm24').push(codes)).toEqual(new Upsampler().push(codes));
  });

  it.each(['pcmu', 'pcm24'] as const)(
    'hands the bytes of %s through when there is nothing to do',
    (format) => {
      const transcoder = createTranscoder(format, format);
      const bytes = noiseBytes(7);

      expect(transcoder.push(bytes)).toBe(bytes);
      expect(transcoder.flush()).toHaveLength(0);
      transcoder.reset();
      expect(transcoder.push(bytes)).toBe(bytes);
    },
  );
});
