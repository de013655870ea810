import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decodeMulaw, encodeMulaw, MULAW_DECODED, MULAW_ENCODED } from '../../src/audio/g711.ts';
import { pcmBytes } from './support/signals.ts';

const EVERY_CODE = Uint8Array.from({ length: 256 }, (_, code) => code);
const EVERY_SAMPLE = Int16Array.from({ length: 0x1_0000 }, (_, at) => at - 32768);

describe('G.711', () => {
  it('decodes all 256 codes as the standard does', () => {
    const samples = decodeMulaw(EVERY_CODE);

    expect(sha256(pcmBytes(samples))).toBe(
      '3dab54339e520bb2c924826e3b72a917a2b612e9fd12fc867500f1d983a75827',
    );
  });

  it.each([
    [0x00, -32124],
    [0x0f, -16764],
    [0x55, -716],
    [0x7e, -8],
    [0x7f, 0],
    [0x80, 32124],
    [0xaa, 5372],
    [0xfe, 8],
    [0xff, 0],
  ])('decodes %i to %i', (code, sample) => {
    expect([...decodeMulaw(Uint8Array.of(code))]).toEqual([sample]);
  });

  // Coders differ by one code on negative samples that lie exactly between two levels; this is the symmetric one.
  it('encodes all 65,536 samples as the sign-and-magnitude form of the standard does', () => {
    const codes = encodeMulaw(EVERY_SAMPLE);

    expect(sha256(codes)).toBe('5ee7cf5f273f842d2234121e4cb0c98d6b20a99ac29026f94e05b36955b195be');
  });

  it.each([
    [0, 0xff],
    [3, 0xff],
    [4, 0xfe],
    [12, 0xfd],
    [100, 0xf2],
    [1000, 0xce],
    [32767, 0x80],
    [-1, 0x7f],
    [-4, 0x7e],
    [-100, 0x72],
    [-32768, 0x00],
  ])('encodes %i to %i', (sample, code) => {
    expect([...encodeMulaw(Int16Array.of(sample))]).toEqual([code]);
  });

  it('S1: brings every code back through decode and encode, minus zero as plain zero', () => {
    const back = encodeMulaw(decodeMulaw(EVERY_CODE));

    const expected = EVERY_CODE.map((code) => (code === 0x7f ? 0xff : code));
    expect(back).toEqual(expected);
  });

  it('encodes louder samples to louder codes, never the other way round', () => {
    const levels = decodeMulaw(encodeMulaw(EVERY_SAMPLE));

    const falls = levels.filter((level, at) => at > 0 && level < (levels[at - 1] ?? 0));
    expect(falls).toHaveLength(0);
  });

  it('offers its tables for looking up one sample at a time', () => {
    expect(MULAW_DECODED[0xaa]).toBe(5372);
    expect(MULAW_ENCODED[5372 & 0xffff]).toBe(0xaa);
    expect(MULAW_ENCODED[-716 & 0xffff]).toBe(0x55);
  });

  it('leaves its input alone and gives fresh memory', () => {
    const codes = Uint8Array.of(0x00, 0x80);

    const first = decodeMulaw(codes);
    first.fill(7);

    expect(codes).toEqual(Uint8Array.of(0x00, 0x80));
    expect([...decodeMulaw(codes)]).toEqual([-32124, 32124]);
  });
});

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
