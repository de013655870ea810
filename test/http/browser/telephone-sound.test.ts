import { describe, expect, it } from 'vitest';
import { MULAW_DECODED, MULAW_ENCODED } from '../../../src/audio/g711.ts';
import {
  decodeMulaw,
  encodeMulaw,
  PlayOut,
  Resampler,
  SILENT_CODE,
} from '../../../src/http/browser/telephone-sound.js';

describe('the browser’s telephone code', () => {
  it('means the same as the house’s, code by code', () => {
    const codes = Uint8Array.from({ length: 256 }, (_, code) => code);

    expect([...decodeMulaw(codes)].map((sample) => Math.round(sample * 32_768) + 0)).toEqual(
      [...MULAW_DECODED].map((s) => s + 0),
    );
  });

  it('is within one step of the house’s for every sample, and finds its own way back', () => {
    const samples = Float32Array.from({ length: 2_000 }, (_, i) => Math.sin(i * i));
    const codes = encodeMulaw(samples);

    const differences = [...codes].map((code, i) => {
      const house = MULAW_ENCODED[Math.round((samples[i] ?? 0) * 32_767) & 0xffff] ?? 0;
      return Math.abs((code & 0x7f) - (house & 0x7f));
    });
    expect(Math.max(...differences)).toBeLessThanOrEqual(1);
    expect(encodeMulaw(Float32Array.of(0))).toEqual(Uint8Array.of(SILENT_CODE));
    expect(encodeMulaw(Float32Array.of(-2, 2, Number.NaN))).toHaveLength(3);
  });
});

describe('the browser’s resampler', () => {
  const tone = (hz: number, rate: number, seconds: number) =>
    Float32Array.from({ length: rate * seconds }, (_, i) => 0.5 * Math.sin((2 * Math.PI * hz * i) / rate));
  const loudness = (samples: Float32Array) => {
    const middle = samples.subarray(samples.length >> 2, (samples.length * 3) >> 2);
    return Math.sqrt(middle.reduce((sum, sample) => sum + sample * sample, 0) / middle.length);
  };
  const piecewise = (resampler: Resampler, samples: Float32Array, size: number) => {
    const pieces: number[] = [];
    for (let at = 0; at < samples.length; at += size)
      pieces.push(...resampler.push(samples.subarray(at, at + size)));
    return Float32Array.from(pieces);
  };

  it.each([[48_000], [44_100], [16_000], [8_000]])(
    'carries speech from a microphone of %i Hz, and no more than speech',
    (rate) => {
      const speech = piecewise(new Resampler(rate, 8_000), tone(1_000, rate, 0.5), 128);
      expect(speech.length).toBeGreaterThan(3_900);
      expect(loudness(speech)).toBeCloseTo(0.5 / Math.SQRT2, 1);
      if (rate < 10_000) return;
      expect(loudness(piecewise(new Resampler(rate, 8_000), tone(6_000, rate, 0.5), 128))).toBeLessThan(
        0.005,
      );
    },
  );

  it('makes the same of a sound whatever pieces it comes in', () => {
    const sound = tone(700, 8_000, 0.3);

    const whole = new Resampler(8_000, 48_000).push(sound);
    const inPieces = piecewise(new Resampler(8_000, 48_000), sound, 160);

    expect(inPieces).toEqual(whole);
    expect(loudness(whole)).toBeCloseTo(0.5 / Math.SQRT2, 1);
  });
});

describe('the browser’s loudspeaker', () => {
  const sound = (length: number) => new Float32Array(length).fill(0.5);

  it('returns a mark when all sound before it was heard, and not before', () => {
    const playOut = new PlayOut();
    playOut.arrive(sound(200));
    expect(playOut.mark('first')).toEqual([]);
    playOut.arrive(sound(100));
    expect(playOut.mark('second')).toEqual([]);

    expect(playOut.play(new Float32Array(199))).toEqual([]);
    expect(playOut.play(new Float32Array(1))).toEqual(['first']);
    expect(playOut.play(new Float32Array(128))).toEqual(['second']);
    expect(playOut.mark('third')).toEqual(['third']);
  });

  it('falls silent at once when it is cleared, and returns what marks there were', () => {
    const playOut = new PlayOut();
    playOut.arrive(sound(1_000));
    playOut.mark('never heard');
    playOut.play(new Float32Array(128));

    expect(playOut.clear()).toEqual(['never heard']);
    const output = new Float32Array(128).fill(1);
    expect(playOut.play(output)).toEqual([]);
    expect(output.every((sample) => sample === 0)).toBe(true);
    playOut.arrive(sound(10));
    expect(playOut.mark('next')).toEqual([]);
    expect(playOut.play(new Float32Array(128))).toEqual(['next']);
  });
});
