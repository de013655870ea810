import { describe, expect, it } from 'vitest';
import { compare, recognise } from '../../../src/practice/hearing/recogniser.ts';
import { VoiceActivity } from '../../../src/practice/hearing/voice-activity.ts';
import { findClip } from '../../../src/practice/voice.ts';
import {
  inTurn,
  levelDbfs,
  losing,
  louder,
  noise,
  overTheLine,
  SENTENCES,
  silence,
  spoken,
  spokenAt24,
  throughMulaw,
  together,
} from './support/sounds.ts';

describe.each(SENTENCES)('the practice ears recognise "%s"', (name) => {
  const clean = spoken(name);
  const around = (samples: Int16Array): Int16Array =>
    inTurn(silence(300, 8_000), samples, silence(300, 8_000));

  it('as it was recorded, and are sure of it', () => {
    const [heard, runnerUp] = compare(clean, 8_000);

    expect(heard).toMatchObject({ name, text: findClip('caller', name).text });
    expect(heard?.confidence).toBeGreaterThan(0.95);
    expect(runnerUp?.confidence).toBeLessThan(0.5);
    expect(recognise(clean, 8_000)).toEqual(heard);
  });

  it('at 24 kHz, after the line', () => {
    expect(recognise(spokenAt24(name), 24_000)?.name).toBe(name);
  });

  it('between silences, wherever the frames begin', () => {
    for (const offset of [0, 13, 37, 71]) {
      const heard = recognise(inTurn(new Int16Array(offset), around(clean)), 8_000);

      expect(heard?.name).toBe(name);
    }
  });

  it.each([-10, 10])('%i dB louder than usual', (decibels) => {
    expect(recognise(louder(clean, decibels), 8_000)?.name).toBe(name);
  });

  it.each([1, 2])('with noise 20 dB below the voice (noise %i)', (seed) => {
    const sound = around(clean);
    const noisy = together(sound, noise(sound.length, levelDbfs(clean) - 20, seed));

    expect(recognise(noisy, 8_000)?.name).toBe(name);
    expect(recognise(overTheLine(throughMulaw(noisy)), 24_000)?.name).toBe(name);
  });

  it.each([0, 7, 14])('with 5 % of its frames silenced, from frame %i on', (first) => {
    expect(recognise(losing('silenced', 20, first, clean), 8_000)?.name).toBe(name);
  });

  it.each([0, 3, 6, 9])('with every tenth frame silenced, from frame %i on', (first) => {
    expect(recognise(losing('silenced', 10, first, clean), 8_000)?.name).toBe(name);
  });

  it.each([0, 3, 6, 9])('with every tenth frame left out, from frame %i on', (first) => {
    expect(recognise(losing('left out', 10, first, clean), 8_000)?.name).toBe(name);
  });

  it.each([200, 500])(
    'as the voice detection cuts it out of a call, waiting for %i ms',
    (silenceDurationMs) => {
      const call = inTurn(silence(1_000, 24_000), spokenAt24(name), silence(1_000, 24_000));
      const settings = { sampleRate: 24_000, threshold: 0.5, prefixPaddingMs: 300, silenceDurationMs };

      const [start, stop] = new VoiceActivity(settings).push(call);
      const fromMs = start?.type === 'started' ? start.audioStartMs : 0;
      const toMs = stop?.type === 'stopped' ? stop.audioEndMs : 0;

      expect(recognise(call.subarray(fromMs * 24, toMs * 24), 24_000)?.name).toBe(name);
    },
  );
});
