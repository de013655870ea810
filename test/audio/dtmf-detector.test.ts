import { readdir, readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DtmfDetector, type DtmfPress } from '../../src/audio/dtmf-detector.ts';
import { DTMF_KEYS, type DtmfKey, tonesOf } from '../../src/audio/dtmf-keys.ts';
import { dtmfTone, dtmfTones } from '../../src/audio/tone.ts';
import { channelSamples, readWav } from '../../src/audio/wav.ts';
import { noiseBytes } from './support/signals.ts';

/** Where the keys fall in the detector's blocks of 12.75 ms must not matter, so each is tried at several places. */
const STARTS_MS = [30, 32.5, 35, 37.5, 40, 42];

describe('a DTMF detector', () => {
  it('hears every key that we send, in order, with its start', () => {
    const presses = new DtmfDetector().push(dtmfTones(DTMF_KEYS.join('')));

    expect(presses.map(({ key }) => key)).toEqual(DTMF_KEYS);
    presses.forEach(({ startMs }, at) => {
      expect(Math.abs(startMs - 200 * at)).toBeLessThanOrEqual(5);
    });
  });

  it('reports the same from any pieces of the sound, codes or samples', () => {
    const codes = dtmfTones('5w*0#');
    const atOnce = new DtmfDetector().push(codes);

    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1 }), (pieces) => {
        const detector = new DtmfDetector();
        const presses: DtmfPress[] = [];
        for (let at = 0, turn = 0; at < codes.length; turn++) {
          const piece = pieces[turn % pieces.length] ?? 1;
          presses.push(...detector.push(codes.subarray(at, at + piece)));
          at += piece;
        }
        expect(presses).toEqual(atOnce);
      }),
      { numRuns: 20 },
    );
    expect(atOnce.map(({ key }) => key).join('')).toBe('5*0#');
  });

  it('reports a key once however long it is held, and again when it is pressed again', () => {
    const detector = new DtmfDetector();

    const held = detector.push(press('8', { ms: 3000, startMs: 40 }));
    const again = detector.push(press('8', { ms: 80, startMs: 60 }));

    expect(held).toHaveLength(1);
    expect(again).toHaveLength(1);
  });

  it('hears a new key that follows without a pause', () => {
    const first = press('1', { ms: 80, startMs: 40, quietMs: 0 });
    const second = press('2', { ms: 80, startMs: 0 });

    const detector = new DtmfDetector();

    expect([...detector.push(first), ...detector.push(second)].map(({ key }) => key)).toEqual(['1', '2']);
  });

  it('takes a key through a click in its middle for one press', () => {
    const sound = press('6', { ms: 200, startMs: 40 });
    sound.fill(0, 1200, 1264); // 8 ms

    expect(new DtmfDetector().push(sound)).toHaveLength(1);
  });

  it.each([
    ['40 ms long', { ms: 40 }],
    ['1.5 % too high', { ms: 50, detuned: 0.015 }],
    ['1.5 % too low', { ms: 50, detuned: -0.015 }],
    ['20 dB too quiet', { ms: 50, rowAmplitude: 804, columnAmplitude: 1012 }],
    ['with the high tone 4 dB too loud', { ms: 50, rowAmplitude: 6000, columnAmplitude: 9510 }],
    ['with the high tone 8 dB too quiet', { ms: 50, rowAmplitude: 10_000, columnAmplitude: 3981 }],
    ['on a noisy line', { ms: 50, noiseAmplitude: 2500 }],
  ] as const)('hears keys that are %s', (_, shape) => {
    for (const key of DTMF_KEYS) {
      for (const startMs of STARTS_MS) {
        const presses = new DtmfDetector().push(press(key, { ...shape, startMs }));

        expect(presses.map((heard) => heard.key)).toEqual([key]);
        expect(Math.abs((presses[0]?.startMs ?? NaN) - startMs)).toBeLessThanOrEqual(6);
      }
    }
  });

  it.each([
    ['of 23 ms', { ms: 23 }],
    ['3.5 % too high', { ms: 100, detuned: 0.035 }],
    ['3.5 % too low', { ms: 100, detuned: -0.035 }],
    ['at the edge of hearing', { ms: 100, rowAmplitude: 300, columnAmplitude: 300 }],
    ['without their high tone', { ms: 100, columnAmplitude: 0 }],
    ['without their low tone', { ms: 100, rowAmplitude: 0 }],
  ] as const)('does not take tones %s for keys', (_, shape) => {
    for (const key of DTMF_KEYS) {
      for (const startMs of STARTS_MS) {
        expect(new DtmfDetector().push(press(key, { ...shape, startMs }))).toEqual([]);
      }
    }
  });

  it('hears nothing in silence, in noise or in a dial tone', () => {
    const dialTone = Int16Array.from({ length: 16_000 }, (_, at) =>
      Math.round(
        6000 * (Math.sin((2 * Math.PI * 350 * at) / 8000) + Math.sin((2 * Math.PI * 440 * at) / 8000)),
      ),
    );

    expect(new DtmfDetector().push(new Uint8Array(80_000).fill(0xff))).toEqual([]);
    expect(new DtmfDetector().push(noiseBytes(80_000))).toEqual([]);
    expect(new DtmfDetector().push(dialTone)).toEqual([]);
  });

  it('hears no key in what callers say', async () => {
    const folder = new URL('../../fixtures/voice/caller/', import.meta.url);
    const clips = (await readdir(folder)).filter((name) => name.endsWith('.wav'));

    for (const name of clips) {
      const speech = channelSamples(readWav(await readFile(new URL(name, folder))), 0);

      expect(new DtmfDetector().push(speech)).toEqual([]);
    }
    expect(clips.length).toBeGreaterThan(0);
  });

  it('hears a key after speech as well as before it', async () => {
    const clip = await readFile(new URL('../../fixtures/voice/caller/opening_hours.wav', import.meta.url));
    const speech = readWav(clip).data;
    const detector = new DtmfDetector();

    detector.push(speech);
    const presses = detector.push(dtmfTone('3'));

    expect(presses.map(({ key }) => key)).toEqual(['3']);
    expect(Math.abs((presses[0]?.startMs ?? NaN) - speech.length / 8)).toBeLessThanOrEqual(5);
  });
});

interface PressShape {
  readonly ms: number;
  readonly startMs: number;
  readonly quietMs?: number;
  readonly detuned?: number;
  readonly rowAmplitude?: number;
  readonly columnAmplitude?: number;
  readonly noiseAmplitude?: number;
}

function press(key: DtmfKey, shape: PressShape): Int16Array {
  const { ms, startMs, quietMs = 60, detuned = 0, noiseAmplitude = 0 } = shape;
  const { rowAmplitude = 8040, columnAmplitude = 10_120 } = shape;
  const [rowHz, columnHz] = tonesOf(key) ?? [0, 0];
  const noise = noiseBytes(8 * Math.ceil(startMs + ms + quietMs), 3);
  const wave = (hz: number, at: number): number => Math.sin((2 * Math.PI * hz * (1 + detuned) * at) / 8000);

  return Int16Array.from(noise, (byte, place) => {
    const at = place - 8 * startMs;
    const isDown = at >= 0 && at < 8 * ms;
    const tone = isDown ? rowAmplitude * wave(rowHz, at) + columnAmplitude * wave(columnHz, at) : 0;
    return Math.round(tone + noiseAmplitude * (byte / 128 - 1));
  });
}
