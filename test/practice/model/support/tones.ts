import { VoiceActivity } from '../../../../src/practice/hearing/voice-activity.ts';
import type { Ears, Heard } from '../../../../src/practice/model/brain.ts';

/** Sentences that are tones: what a test caller says when it says nothing real. */
const SENTENCES: ReadonlyMap<number, Omit<Heard, 'confidence'>> = new Map([
  [400, { name: 'opening_hours', text: 'When are you open?' }],
  [600, { name: 'parking', text: 'Sorry, is there somewhere to park?' }],
  [800, { name: 'goodbye', text: 'Thank you, that is all. Goodbye.' }],
  [1000, { name: 'repeat', text: 'Could you say that again?' }],
  [1200, { name: 'order_status', text: 'Is my order ready? The number is four two one seven.' }],
]);

export function tone(
  hertz: number,
  ms: number,
  sampleRate: 8_000 | 24_000 = 24_000,
  amplitude = 9_000,
): Int16Array {
  return Int16Array.from({ length: (ms * sampleRate) / 1_000 }, (_, index) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * hertz * index) / sampleRate)),
  );
}

/** Real voice detection, and recognition by pitch. */
export const toneEars: Ears = {
  listen: (settings) => new VoiceActivity(settings),
  recognise(samples, sampleRate) {
    const first = samples.findIndex((sample) => Math.abs(sample) > 1_000);
    const last = samples.findLastIndex((sample) => Math.abs(sample) > 1_000);
    const hertz = (crossings(samples.subarray(first, last + 1)) * sampleRate) / (2 * (last - first + 1));
    const sentence = SENTENCES.get(Math.round(hertz / 200) * 200);
    return sentence === undefined ? null : { ...sentence, confidence: 1 };
  },
};

function crossings(samples: Int16Array): number {
  return samples.reduce((count, sample, index) => {
    const before = samples[index - 1] ?? sample;
    return sample > 0 !== before > 0 ? count + 1 : count;
  }, 0);
}
