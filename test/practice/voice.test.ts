import { readdirSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readWav } from '../../src/audio/wav.ts';
import { framePowers } from '../../src/practice/hearing/loudness.ts';
import {
  agentClip,
  type Clip,
  callerClip,
  clipMulaw,
  clipSamples,
  clips,
  findClip,
  speak,
} from '../../src/practice/voice.ts';

const FOLDER = new URL('../../fixtures/voice/', import.meta.url);

/** What is said, clip by clip: the recordings found in the sound, in order. */
function recordingsIn(samples: Int16Array, candidates: readonly string[]): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at < samples.length; ) {
    const name = candidates.find((candidate) => {
      const { samples: clip } = agentClip(candidate);
      return clip.every((sample, i) => samples[at + i] === sample);
    });
    if (name !== undefined) found.push(name);
    at += name === undefined ? 24 : agentClip(name).samples.length; // pauses are whole milliseconds
  }
  return found;
}

describe('the practice voice', () => {
  it('says a whole sentence as it was recorded, whatever its capitals and marks', () => {
    const recorded = agentClip('are_you_there').samples;

    expect(speak('Are you still there?')).toEqual(recorded);
    expect(speak('are you still there')).toEqual(recorded);
  });

  it('says sentences that stand together one after the other', () => {
    const said = speak(
      'Thank you for calling. Goodbye! Is there anything else? One moment, please. I am looking that up.',
    );

    const heard = recordingsIn(said, ['goodbye', 'anything_else', 'one_moment']);
    expect(heard).toEqual(['goodbye', 'anything_else', 'one_moment']);
  });

  it.each([
    ['Your order 4217 is ready to collect.', 'your_order four two one seven is_ready_to_collect'],
    ['Order number 42', 'order_number forty two'],
    ['order number 0042', 'order_number zero zero four two'],
    ['On Monday at 10:30', 'on monday at ten thirty'],
    ['9:00 or 14:05 in the afternoon', 'nine oclock or fourteen letter_o five in_the_afternoon'],
    ["eleven o'clock in the morning", 'eleven oclock in_the_morning'],
    ['Tuesday the 21st of May', 'tuesday the twenty first of may'],
    ['the thirty-first of December', 'the thirty first of december'],
    ['the 12th & the 30th', 'the twelfth and the thirtieth'],
    ['Your appointment is booked for Friday.', 'your_appointment is_booked_for friday'],
    ['Zoë', 'letter_z letter_o letter_e'],
  ])('says "%s" with the recordings it has', (text, names) => {
    const expected = names.split(' ');

    // The longest first, so that no recording is taken for the beginning of another.
    const candidates = [...new Set(expected)].toSorted(
      (a, b) => agentClip(b).samples.length - agentClip(a).samples.length,
    );
    expect(recordingsIn(speak(text), candidates)).toEqual(expected);
  });

  it('rests longer at a comma than between words, and longest at a full stop', () => {
    const words = agentClip('monday').samples.length + agentClip('tuesday').samples.length;
    const restMs = (text: string): number => (speak(text).length - words) / 24;

    expect(restMs('Monday Tuesday')).toBeLessThan(100);
    expect(restMs('Monday, Tuesday')).toBeGreaterThan(150);
    expect(restMs('Monday. Tuesday.')).toBeGreaterThan(restMs('Monday, Tuesday'));
  });

  it('joins without a click: silence meets silence', () => {
    for (const clip of clips()) {
      const samples = clipSamples(clip);

      expect([samples[0], samples.at(-1)], clip.file).toEqual([0, 0]);
    }
  });

  it('says nothing where there is nothing to say', () => {
    expect(speak('')).toHaveLength(0);
    expect(speak('… — 😀')).toHaveLength(0);
  });

  it('gives up on an endless text after a minute', () => {
    expect(speak('xyz '.repeat(10_000)).length).toBeLessThanOrEqual(60 * 24_000);
  });

  it("hands out the caller's recordings as the telephone has them", () => {
    const { text, mulaw } = callerClip('parking');

    expect(text).toBe('Sorry, is there somewhere to park?');
    expect(mulaw).toEqual(readWav(readFileSync(new URL('caller/parking.wav', FOLDER))).data);
  });

  it('tells where the names are when asked for a recording there is none of', () => {
    expect(() => callerClip('sneeze')).toThrow(/"sneeze".*fixtures\/voice\/index\.json/);
  });
});

const SAMPLE_RATE = { caller: 8_000, agent: 24_000 } as const;

/** Softer than this at its ends, a recording is silent there. */
const SILENT_SAMPLE = 104; // -50 dBFS

describe.each(clips())('the recording $file', (clip) => {
  const samples = clipSamples(clip);
  const sampleRate = SAMPLE_RATE[clip.speaker];

  it('is mono μ-law, at the rate of its speaker, and as long as the index says', () => {
    const sound = readWav(readFileSync(new URL(clip.file, FOLDER)));

    expect(sound).toMatchObject({ encoding: 'mulaw', channels: 1, sampleRate });
    expect(Math.abs((sound.data.length * 1000) / sampleRate - clip.milliseconds)).toBeLessThanOrEqual(0.5);
  });

  it('is about -20 dBFS loud where it sounds, and never over -3', () => {
    const powers = framePowers(samples, sampleRate);
    const loudest = powers.reduce((most, power) => Math.max(most, power), 0);
    const sounding = powers.filter((power) => power > loudest / 100);
    const level = 10 * Math.log10(sounding.reduce((sum, power) => sum + power, 0) / sounding.length);
    const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);

    expect(Math.abs(level + 20)).toBeLessThan(2.5);
    expect(20 * Math.log10(peak / 32_768)).toBeLessThan(-3);
  });

  it('has no more than 30 ms of silence at either end', () => {
    const first = samples.findIndex((sample) => Math.abs(sample) > SILENT_SAMPLE);
    const last = samples.findLastIndex((sample) => Math.abs(sample) > SILENT_SAMPLE);

    expect((first * 1000) / sampleRate).toBeLessThanOrEqual(30);
    expect(((samples.length - 1 - last) * 1000) / sampleRate).toBeLessThanOrEqual(30);
  });
});

describe('the recordings', () => {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.wav'),
  );

  it('are just those that the index lists', () => {
    expect(files.toSorted()).toEqual(
      clips()
        .map((clip) => clip.file)
        .toSorted(),
    );
  });

  it('have a name of their own for each speaker', () => {
    const names = clips().map((clip) => `${clip.speaker} ${clip.name}`);

    expect(new Set(names).size).toBe(names.length);
  });

  it('take less than 4 MB', () => {
    const bytes = clips().reduce((sum, clip) => sum + statSync(new URL(clip.file, FOLDER)).size, 0);

    expect(bytes).toBeLessThan(4_000_000);
  });

  it('have an answer long enough to be interrupted, a hum and a cough too short to be a sentence', () => {
    expect(findClip('agent', 'opening_hours').milliseconds).toBeGreaterThan(10_000);
    expect(findClip('agent', 'opening_hours').milliseconds).toBeLessThan(14_000);
    expect(findClip('caller', 'mhm').milliseconds).toBeLessThan(300);
    expect(findClip('caller', 'cough')).toMatchObject({ kind: 'noise', text: '' } satisfies Partial<Clip>);
    expect(Math.abs(findClip('caller', 'cough').milliseconds - 120)).toBeLessThanOrEqual(20);
  });

  it('reach above what a telephone carries, where a filter has work to do', () => {
    const sibilant = agentClip('six').samples;

    // Differences between neighbours are small for low tones and large for high ones.
    const steps = sibilant.slice(1).map((sample, i) => sample - (sibilant[i] ?? 0));
    const crossings = steps.filter((step, i) => step * (steps[i - 1] ?? 0) < 0).length;
    expect(crossings / (sibilant.length / 24_000) / 2).toBeGreaterThan(3_400);
  });

  it('are read once', () => {
    const clip = findClip('agent', 'six');

    expect(clipMulaw(clip)).toBe(clipMulaw(clip));
    expect(clipSamples(clip)).toBe(clipSamples(clip));
  });
});
