import { describe, expect, it } from 'vitest';
import { decodeMulaw, encodeMulaw } from '../../src/audio/g711.ts';
import { Downsampler, Upsampler } from '../../src/audio/transcode.ts';
import { KERNELS } from './support/kernels.ts';
import { dbfs, decibels, frequencies, signalToNoise, sine, waveAt } from './support/signals.ts';

describe.each(KERNELS)('the way to the model and back ($name kernel)', (kernel) => {
  it('S1: keeps the level of tones from 300 to 3400 Hz within 0.1 dB', () => {
    const changes = frequencies(300, 3400, 100).map((hz) => {
      const codes = encodeMulaw(sine(hz, dbfs(-6), 8000, 8400));
      const before = waveAt(hz, decodeMulaw(codes), 8000).amplitude;
      const after = waveAt(hz, decodeMulaw(thereAndBack(codes)), 8000).amplitude;
      return Math.abs(decibels(after / before));
    });

    expect(Math.max(...changes)).toBeLessThanOrEqual(0.1);
  });

  it('leaves a tone 33 dB above all noise, that of two coders included', () => {
    const codes = encodeMulaw(sine(1013, dbfs(-6), 8000, 8400));

    const ratio = signalToNoise(1013, decodeMulaw(thereAndBack(codes)), 8000);

    expect(ratio).toBeGreaterThanOrEqual(33);
  });

  it('takes 31 samples, so that a click comes out where it went in', () => {
    const click = new Uint8Array(160).fill(0xff);
    click[50] = 0x80;

    const heard = decodeMulaw(thereAndBack(click));

    expect(heard.indexOf(Math.max(...heard))).toBe(50 + 31);
  });

  it('S1: gives back every one of the 256 codes held as a level, minus zero as plain zero', () => {
    for (let code = 0; code < 256; code++) {
      const settled = thereAndBack(new Uint8Array(128).fill(code)).subarray(64);

      expect(settled).toEqual(new Uint8Array(64).fill(code === 0x7f ? 0xff : code));
    }
  });

  function thereAndBack(codes: Uint8Array): Uint8Array {
    return new Downsampler(kernel).push(new Upsampler(kernel).push(codes));
  }
});
