import { describe, expect, it } from 'vitest';
import { decodeMulaw, encodeMulaw } from '../../src/audio/g711.ts';
import { Upsampler } from '../../src/audio/transcode.ts';
import { upSums } from './support/formula.ts';
import { KERNELS } from './support/kernels.ts';
import {
  dbfs,
  decibels,
  frequencies,
  noiseBytes,
  pcmSamples,
  sine,
  type Wave,
  waveAt,
} from './support/signals.ts';

/** Not 1000: such a round tone is eight samples over and over, which meet only a few levels of the coder. */
const ONE_KHZ = 1013;

/** Steps of 31 Hz keep harmonics of the coder off the places where images are looked for. */
const SPEECH_HZ = frequencies(300, 3400, 31);

describe.each(KERNELS)('the upsampler ($name kernel)', (kernel) => {
  it('S1: keeps the level of 1 kHz within 0.05 dB', () => {
    expect(Math.abs(gainOf(ONE_KHZ))).toBeLessThanOrEqual(0.05);
  });

  it('S1: keeps every tone from 300 to 3400 Hz within 0.1 dB of the tone at 1 kHz', () => {
    const reference = gainOf(ONE_KHZ);

    const deviations = SPEECH_HZ.map((hz) => Math.abs(gainOf(hz) - reference));

    expect(Math.max(...deviations)).toBeLessThanOrEqual(0.1);
  });

  it('S1: keeps the images of every tone from 300 to 3400 Hz 60 dB down', () => {
    const images = SPEECH_HZ.map((hz) => {
      const sound = upsampled(toneCodes(hz));
      const loudest = Math.max(...[8000 - hz, 8000 + hz].map((at) => waveAt(at, sound, 24_000).amplitude));
      return decibels(loudest / waveAt(hz, sound, 24_000).amplitude);
    });

    expect(Math.max(...images)).toBeLessThanOrEqual(-60);
  });

  it('adds nothing but the rounding to whole samples: 0.35 LSB RMS at most', () => {
    const codes = toneCodes(ONE_KHZ);
    const sound = upsampled(codes);

    const ideal = upSums(codes).map((sum) => sum / 8192);
    const squares = sound
      .map((_, at) => at)
      .reduce((sum, at) => sum + ((sound[at] ?? 0) - (ideal[at] ?? 0)) ** 2, 0);

    expect(Math.sqrt(squares / sound.length)).toBeLessThanOrEqual(0.35);
  });

  it('S3: delays 1 kHz by 2.5 ms at most, and holds nothing back', () => {
    const owedMs = 20 - new Upsampler(kernel).push(new Uint8Array(160)).length / 48;

    expect(groupDelayMs(ONE_KHZ) + owedMs).toBeLessThanOrEqual(2.5);
  });

  it('delays all frequencies of speech alike, within 0.1 ms', () => {
    const delaysMs = frequencies(350, 3350, 100).map(groupDelayMs);

    expect(Math.max(...delaysMs) - Math.min(...delaysMs)).toBeLessThanOrEqual(0.1);
  });

  it('makes digital silence of silence', () => {
    expect(upsampled(new Uint8Array(1600).fill(0xff))).toEqual(new Int16Array(4800));
  });

  it('keeps a constant signal to the last bit, at all 256 levels', () => {
    for (let code = 0; code < 256; code++) {
      const settled = upsampled(new Uint8Array(64).fill(code)).subarray(96);
      const [level = 0] = decodeMulaw(Uint8Array.of(code));

      expect(settled).toEqual(new Int16Array(96).fill(level));
    }
  });

  it('saturates at full scale instead of wrapping to the other sign', () => {
    const halfPeriod = 40; // 100 Hz
    const square = Uint8Array.from({ length: 1600 }, (_, at) =>
      at % (2 * halfPeriod) < halfPeriod ? 0x80 : 0x00,
    );
    const delay = 16;

    const sound = upsampled(square);

    for (let at = 0; at + delay < square.length; at++) {
      const placeInHalf = at % halfPeriod;
      if (placeInHalf < 8 || placeInHalf >= halfPeriod - 8) continue; // the slope between the two levels
      const sign = square[at] === 0x80 ? 1 : -1;
      expect(sign * (sound[3 * (at + delay)] ?? 0)).toBeGreaterThan(20_000);
    }
  });

  function upsampled(codes: Uint8Array): Int16Array {
    return pcmSamples(new Upsampler(kernel).push(codes));
  }

  function toneCodes(hz: number): Uint8Array {
    return encodeMulaw(sine(hz, dbfs(-6), 8000, 8400));
  }

  /** What becomes of a tone, compared with the same tone in the codes that went in. */
  function response(hz: number): Wave {
    const codes = toneCodes(hz);
    const before = waveAt(hz, decodeMulaw(codes), 8000);
    const after = waveAt(hz, upsampled(codes), 24_000);
    return { amplitude: after.amplitude / before.amplitude, phase: after.phase - before.phase };
  }

  function gainOf(hz: number): number {
    return decibels(response(hz).amplitude);
  }

  function groupDelayMs(hz: number): number {
    const turns = (response(hz - 50).phase - response(hz + 50).phase) / (2 * Math.PI);
    return ((turns - Math.floor(turns)) / 100) * 1000;
  }
});

it('S2: gives an hour of samples for an hour of codes, not one more or less', () => {
  for (const kernel of KERNELS) {
    const upsampler = new Upsampler(kernel);
    const minute = noiseBytes(60 * 8000);
    const pieces = [1, 159, 7919, 8000 * 60 - 8079];

    let bytes = 0;
    for (let minutes = 0; minutes < 60; minutes++) {
      for (const piece of pieces) bytes += upsampler.push(minute.subarray(0, piece)).length;
    }

    expect(bytes).toBe(3600 * 48_000);
  }
});
