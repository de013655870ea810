import { describe, expect, it } from 'vitest';
import { decodeMulaw, encodeMulaw } from '../../src/audio/g711.ts';
import { Downsampler } from '../../src/audio/transcode.ts';
import { KERNELS } from './support/kernels.ts';
import {
  dbfs,
  decibels,
  frequencies,
  noiseBytes,
  pcmBytes,
  signalToNoise,
  sine,
  type Wave,
  waveAt,
} from './support/signals.ts';

/**
 * Not 1000: such a round tone is eight samples over and over, which meet the same few levels of the coder and show
 * its error more than anything else. The other frequencies keep off round numbers for the same reason.
 */
const ONE_KHZ = 1013;

const SPEECH_HZ = frequencies(300, 3400, 31);

describe.each(KERNELS)('the downsampler ($name kernel)', (kernel) => {
  it('S1: keeps the level of 1 kHz within 0.05 dB', () => {
    expect(Math.abs(gainOf(ONE_KHZ))).toBeLessThanOrEqual(0.05);
  });

  it('S1: keeps every tone from 300 to 3400 Hz within 0.1 dB of the tone at 1 kHz', () => {
    const reference = gainOf(ONE_KHZ);

    const deviations = SPEECH_HZ.map((hz) => Math.abs(gainOf(hz) - reference));

    expect(Math.max(...deviations)).toBeLessThanOrEqual(0.1);
  });

  it.each([
    { fromHz: 4603, toHz: 11_400 },
    { fromHz: 4201, toHz: 11_900 },
  ])('S1: keeps the aliases of every tone from $fromHz to $toHz Hz 60 dB down', ({ fromHz, toHz }) => {
    const aliases = frequencies(fromHz, toHz, 31).map((hz) => {
      const foldedHz = Math.abs(hz - 8000 * Math.round(hz / 8000));
      return decibels(waveAt(foldedHz, downsampled(tone(hz)), 8000).amplitude / dbfs(-6));
    });

    expect(Math.max(...aliases)).toBeLessThanOrEqual(-60);
  });

  it.each([-6, -20, -40])('loses at most 0.5 dB of the coder’s signal-to-noise ratio at %i dBFS', (level) => {
    const coderAlone = decodeMulaw(encodeMulaw(sine(ONE_KHZ, dbfs(level), 8000, 8400)));

    const ours = downsampled(sine(ONE_KHZ, dbfs(level), 24_000, 25_200));

    const lost = signalToNoise(ONE_KHZ, coderAlone, 8000) - signalToNoise(ONE_KHZ, ours, 8000);
    expect(lost).toBeLessThanOrEqual(0.5);
  });

  it('S3: delays 1 kHz by 2.5 ms at most, and holds nothing back', () => {
    const owedMs = 20 - new Downsampler(kernel).push(new Uint8Array(960)).length / 8;

    expect(groupDelayMs(ONE_KHZ) + owedMs).toBeLessThanOrEqual(2.5);
  });

  it('delays all frequencies of speech alike, within 0.1 ms', () => {
    const delaysMs = frequencies(350, 3350, 100).map(groupDelayMs);

    expect(Math.max(...delaysMs) - Math.min(...delaysMs)).toBeLessThanOrEqual(0.1);
  });

  it('makes nothing but 0xFF of silence', () => {
    expect(new Downsampler(kernel).push(new Uint8Array(9600))).toEqual(new Uint8Array(1600).fill(0xff));
  });

  it('S1: gives back every one of the 256 codes held as a level, minus zero as plain zero', () => {
    for (let code = 0; code < 256; code++) {
      const [level = 0] = decodeMulaw(Uint8Array.of(code));

      const settled = new Downsampler(kernel).push(pcmBytes(new Int16Array(192).fill(level))).subarray(32);

      expect(settled).toEqual(new Uint8Array(32).fill(code === 0x7f ? 0xff : code));
    }
  });

  it.each([32767, -32768])('saturates at full scale instead of wrapping, beginning with %i', (first) => {
    const halfPeriod = 120; // 100 Hz
    const square = Int16Array.from({ length: 4800 }, (_, at) =>
      at % (2 * halfPeriod) < halfPeriod ? first : -1 - first,
    );
    const delay = 46;

    const sound = downsampled(square);

    for (let at = 0; 3 * at + 2 < square.length; at++) {
      const source = 3 * at + 2 - delay;
      const placeInHalf = source % halfPeriod;
      if (source < 0 || placeInHalf < 24 || placeInHalf >= halfPeriod - 24) continue; // the slope in between
      expect(Math.sign(square[source] ?? 0) * (sound[at] ?? 0)).toBeGreaterThan(20_000);
    }
  });

  it('S2: gives an hour of codes for an hour of samples in odd pieces, not one more or less', () => {
    const downsampler = new Downsampler(kernel);
    const tenSeconds = noiseBytes(480_000);
    const pieces = [1, 957, 65_537, 480_000 - 66_495];

    let codes = 0;
    for (let tens = 0; tens < 360; tens++) {
      for (const piece of pieces) codes += downsampler.push(tenSeconds.subarray(0, piece)).length;
    }

    expect(codes).toBe(3600 * 8000);
  });

  function downsampled(samples: Int16Array): Int16Array {
    return decodeMulaw(new Downsampler(kernel).push(pcmBytes(samples)));
  }

  function tone(hz: number): Int16Array {
    return sine(hz, dbfs(-6), 24_000, 25_200);
  }

  /** What becomes of a tone, compared with what the telephone's coder alone makes of it. */
  function response(hz: number): Wave {
    const coderAlone = decodeMulaw(encodeMulaw(sine(hz, dbfs(-6), 8000, 8400)));
    const before = waveAt(hz, coderAlone, 8000);
    const after = waveAt(hz, downsampled(tone(hz)), 8000);
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
