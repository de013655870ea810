import alawmulaw from 'alawmulaw';
import { describe, expect, it } from 'vitest';
import { decodeMulaw } from '../../../src/audio/g711.ts';
import { recognise } from '../../../src/practice/hearing/recogniser.ts';
import { clipMulaw, clipSamples, clips, findClip } from '../../../src/practice/voice.ts';
import {
  down,
  inTurn,
  levelDbfs,
  losing,
  noise,
  SENTENCES,
  silence,
  sine,
  spoken,
  spokenAt24,
  stretched,
  throughMulaw,
  together,
} from './support/sounds.ts';

const { alaw } = alawmulaw;

function mulawOf(name: string): Uint8Array {
  return clipMulaw(findClip('caller', name));
}

function swapped(samples: Int16Array): Int16Array {
  return samples.map((sample) => (sample << 8) | ((sample >> 8) & 0xff));
}

function turnedRound(code: number): number {
  return [0, 1, 2, 3, 4, 5, 6, 7].reduce((turned, bit) => (turned << 1) | ((code >> bit) & 1), 0);
}

/** The right sentence, wrongly handled on its way. */
const FAULTS: Readonly<Record<string, (name: string) => ReturnType<typeof recognise>>> = {
  'played three times too fast': (name) => recognise(spoken(name), 24_000),
  'played three times too slowly': (name) => recognise(spokenAt24(name), 8_000),
  'with its bytes swapped': (name) => recognise(swapped(spoken(name)), 8_000),
  'with its bytes swapped, at 24 kHz': (name) => recognise(swapped(spokenAt24(name)), 24_000),
  'out of step by one byte': (name) => {
    const bytes = new Uint8Array(spokenAt24(name).buffer);
    return recognise(new Int16Array(bytes.slice(1, -1).buffer), 24_000);
  },
  'in A-law taken for μ-law': (name) =>
    recognise(decodeMulaw(Uint8Array.from(alaw.encode(spoken(name)))), 8_000),
  'in μ-law taken for A-law': (name) => recognise(Int16Array.from(alaw.decode(mulawOf(name))), 8_000),
  'in μ-law taken for 8-bit samples': (name) =>
    recognise(
      Int16Array.from(mulawOf(name), (code) => (code - 128) << 8),
      8_000,
    ),
  'with the bits of each byte turned round': (name) =>
    recognise(decodeMulaw(mulawOf(name).map(turnedRound)), 8_000),
  'with all bits inverted': (name) => recognise(decodeMulaw(mulawOf(name).map((code) => code ^ 0xff)), 8_000),
  'under noise as loud as itself': (name) => {
    const sentence = spoken(name);
    return recognise(together(sentence, noise(sentence.length, levelDbfs(sentence))), 8_000);
  },
  'with every third frame silenced': (name) => recognise(losing('silenced', 3, 1, spoken(name)), 8_000),
  'with every third frame left out': (name) => recognise(losing('left out', 3, 1, spoken(name)), 8_000),
  'cut off in the middle': (name) => recognise(spoken(name).subarray(0, spoken(name).length / 2), 8_000),
  'without its beginning': (name) => recognise(spoken(name).subarray(spoken(name).length / 2), 8_000),
  'said twice': (name) => recognise(inTurn(spoken(name), spoken(name)), 8_000),
  'a quarter slower': (name) => recognise(stretched(spoken(name), 1.25), 8_000),
  'a fifth faster': (name) => recognise(stretched(spoken(name), 0.8), 8_000),
};

describe.each(Object.entries(FAULTS))('the practice ears do not understand a sentence %s', (_, hear) => {
  it.each(SENTENCES)('such as "%s"', (name) => {
    expect(hear(name)).toBeNull();
  });
});

describe('the practice ears', () => {
  // "Mhm" is left out: it is nearly the same from either end.
  it.each(SENTENCES.filter((name) => name !== 'mhm'))('do not understand "%s" backwards', (name) => {
    expect(recognise(spoken(name).toReversed(), 8_000)).toBeNull();
  });

  it('do not understand two sentences cut into pieces and mixed', () => {
    for (const [one, other] of pairs()) {
      const mixed = one.map((sample, i) => (Math.floor(i / 800) % 2 === 0 ? sample : (other[i] ?? 0)));

      expect(recognise(mixed, 8_000)).toBeNull();
    }
  });

  it('do not understand two voices of one loudness at once', () => {
    for (const [one, other] of pairs()) expect(recognise(together(one, other), 8_000)).toBeNull();
  });

  it("do not take the agent's voice for the caller's", () => {
    for (const clip of clips().filter(({ speaker }) => speaker === 'agent')) {
      const sound = clipSamples(clip);

      expect(recognise(sound, 24_000)).toBeNull();
      expect(recognise(decodeMulaw(down(sound)), 8_000)).toBeNull();
    }
  });

  it.each([
    ['a cough', clipSamples(findClip('caller', 'cough'))],
    ['noise', noise(12_000, -20)],
    ['a tone', sine(440, 1_500, -20, 8_000)],
    ['silence', silence(2_000, 8_000)],
    ['nothing at all', new Int16Array(0)],
    ['a minute of talk', inTurn(...Array.from({ length: 24 }, () => spoken('order_status')))],
    ['μ-law silence taken for samples', Int16Array.from(throughMulaw(silence(2_000, 8_000)), (code) => code)],
  ])('hear no sentence in %s', (_, sound) => {
    expect(recognise(sound, 8_000)).toBeNull();
  });
});

/** Sentences of much the same length: a short one under a long one leaves the long one plain to hear. */
function pairs(): readonly (readonly [Int16Array, Int16Array])[] {
  const sounds = SENTENCES.map(spoken);
  const all = sounds.flatMap((one) => sounds.map((other) => [one, other] as const));
  return all.filter(
    ([one, other]) =>
      one !== other && Math.max(one.length, other.length) < 1.3 * Math.min(one.length, other.length),
  );
}
