import { describe, expect, it } from 'vitest';
import { decodeMulaw } from '../../src/audio/g711.ts';
import {
  DTMF_COLUMNS_HZ,
  DTMF_KEYS,
  DTMF_ROWS_HZ,
  DTMF_SHAPE,
  dtmfTone,
  dtmfTones,
  tonesOf,
} from '../../src/bench/dtmf-tone.ts';
import { decibels } from '../audio/support/signals.ts';

const TONE_BYTES = 800;

describe('the sound of a key', () => {
  it.each(DTMF_KEYS)('has both tones of %s within 1 dB of their level, and no other 15 dB near', (key) => {
    const [rowHz, columnHz] = tonesOf(key) ?? [0, 0];
    const block = decodeMulaw(dtmfTone(key)).subarray(40, 760);

    const others = [...DTMF_ROWS_HZ, ...DTMF_COLUMNS_HZ].filter((hz) => hz !== rowHz && hz !== columnHz);
    const loudestOther = Math.max(...others.map((hz) => levelDbm0(hz, block)));

    expect(Math.abs(levelDbm0(rowHz, block) - DTMF_SHAPE.rowDbm0)).toBeLessThanOrEqual(1);
    expect(Math.abs(levelDbm0(columnHz, block) - DTMF_SHAPE.columnDbm0)).toBeLessThanOrEqual(1);
    expect(loudestOther).toBeLessThanOrEqual(DTMF_SHAPE.rowDbm0 - 15);
    for (const hz of [rowHz, columnHz]) {
      expect(levelDbm0(2 * hz, block)).toBeLessThanOrEqual(DTMF_SHAPE.rowDbm0 - 20);
    }
  });

  it('raises the high tone by the 2 dB that lines take from it', () => {
    const sound = decodeMulaw(dtmfTone('5')).subarray(40, 760);

    expect(levelDbm0(1336, sound) - levelDbm0(770, sound)).toBeCloseTo(2, 0);
  });

  it('lasts 100 ms, and is followed by 100 ms of nothing but 0xFF', () => {
    const sound = dtmfTone('7');

    expect(sound).toHaveLength(2 * TONE_BYTES);
    expect(sound.subarray(TONE_BYTES)).toEqual(new Uint8Array(TONE_BYTES).fill(0xff));
    expect(loudest(sound.subarray(360, 400))).toBeGreaterThan(5000);
  });

  it.each(DTMF_KEYS)('never clips at key %s', (key) => {
    expect(loudest(dtmfTone(key))).toBeLessThan(18_500);
  });

  it('swells and fades over 3 ms, so that it does not click', () => {
    const sound = dtmfTone('1');

    const [start, middle, end] = [sound.subarray(0, 6), sound.subarray(380, 420), sound.subarray(794, 800)];
    expect(loudest(start)).toBeLessThan(loudest(middle) / 5);
    expect(loudest(end)).toBeLessThan(loudest(middle) / 5);
  });

  it.each([
    { key: 'w', bytes: 4000 },
    { key: 'W', bytes: 8000 },
  ])('is $bytes bytes of silence for the wait $key', ({ key, bytes }) => {
    expect(dtmfTone(key)).toEqual(new Uint8Array(bytes).fill(0xff));
  });

  it('is fresh memory each time, though it is made once', () => {
    dtmfTone('9').fill(0);

    expect(loudest(dtmfTone('9'))).toBeLessThan(18_500);
    expect(dtmfTone('9')).toEqual(dtmfTone('9'));
  });

  it.each(['', 'a', 'x', '12', 'é'])('is refused for %j, which no telephone has', (key) => {
    expect(() => dtmfTone(key)).toThrow(
      `Expected a key (0-9, *, #, A-D) or a wait (w, W), got ${JSON.stringify(key)}.`,
    );
  });
});

describe('the sound of several keys', () => {
  it('is that of one after the other, waits included', () => {
    const sound = dtmfTones('4w#');

    expect(sound).toHaveLength(1600 + 4000 + 1600);
    expect(sound.subarray(0, 1600)).toEqual(dtmfTone('4'));
    expect(sound.subarray(1600, 5600)).toEqual(dtmfTone('w'));
    expect(sound.subarray(5600)).toEqual(dtmfTone('#'));
  });

  it('is empty for no keys', () => {
    expect(dtmfTones('')).toHaveLength(0);
  });
});

/**
 * The level of a tone; a sine at the limit of μ-law has +3.17 dBm0. The block fades in and out (Hann), so that a
 * neighbour 58 Hz away, as a harmonic of one tone is from another, does not show.
 */
function levelDbm0(hz: number, block: Int16Array): number {
  const turn = (2 * Math.PI * hz) / 8000;
  const fade = (at: number): number => 1 - Math.cos((2 * Math.PI * at) / block.length);
  const correlate = (wave: (angle: number) => number): number =>
    block.reduce((sum, sample, at) => sum + fade(at) * sample * wave(turn * at), 0);
  const amplitude = (2 * Math.hypot(correlate(Math.cos), correlate(Math.sin))) / block.length;
  return decibels(amplitude / 32_636) + 3.17;
}

function loudest(codes: Uint8Array): number {
  return Math.max(...decodeMulaw(codes).map(Math.abs));
}
