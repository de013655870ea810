import { describe, expect, it } from 'vitest';
import { bytesPerMs, durationMs, FRAME_MS, silence } from '../../src/audio/format.ts';

describe('a sound format', () => {
  it.each([
    { format: 'pcmu', frameBytes: 160 },
    { format: 'pcm24', frameBytes: 960 },
  ] as const)('counts $frameBytes bytes to a frame of $format', ({ format, frameBytes }) => {
    expect(FRAME_MS * bytesPerMs(format)).toBe(frameBytes);
    expect(durationMs(format, frameBytes)).toBe(20);
    expect(durationMs(format, 1)).toBe(20 / frameBytes);
  });

  it('knows that the telephone’s silence is not zero, which would be a full-scale click', () => {
    expect(silence('pcmu', 20)).toEqual(new Uint8Array(160).fill(0xff));
    expect(silence('pcm24', 20)).toEqual(new Uint8Array(960));
  });
});
