/**
 * Recognises the practice caller's sentences by their sound.
 *
 * It compares with the fixtures themselves, so it understands nobody else, and that is the point: sound that was
 * spoiled on its way (wrong rate, wrong coding, swapped bytes, too much noise or loss) is not recognised, and the
 * practice call fails where a call with people would have been painful.
 */
import { clipSamples, clips } from '../voice.ts';
import { framePowers, LOUDNESS_FRAME_MS } from './loudness.ts';
import { averageOf, likeness, loudPower, paint, powerRatio, type SoundPicture } from './sound-picture.ts';
import type { SpeechRate } from './spectrum.ts';

export interface Heard {
  readonly name: string;
  readonly text: string;
  /** How like the known sentence it sounded, up to 1. */
  readonly confidence: number;
}

/**
 * What should pass scores 0.75 or better, even with every tenth frame lost. What should not stays below 0.67: two
 * voices at once, speech played 15 % too fast, every third frame lost; anything wrongly coded is below 0.2.
 */
const LEAST_CONFIDENCE = 0.7;

/** Nobody takes longer over a sentence, pauses included: what is longer is not compared at all. */
const LONGEST_MS = 6_000;

export function recognise(samples: Int16Array, sampleRate: SpeechRate): Heard | null {
  const best = compare(samples, sampleRate)[0];
  return best !== undefined && best.confidence >= LEAST_CONFIDENCE ? best : null;
}

/** Every known sentence with how like it this sounds, the likest first. */
export function compare(samples: Int16Array, sampleRate: SpeechRate): readonly Heard[] {
  const speech = trimToSpeech(samples, sampleRate);
  if (speech.length > (LONGEST_MS * sampleRate) / 1000) return [];
  const { utterances, averageVoice } = known();
  const picture = paint(speech, sampleRate, averageVoice);
  return utterances
    .map(({ name, text, picture: own }) => ({ name, text, confidence: likeness(picture, own) }))
    .toSorted((a, b) => b.confidence - a.confidence);
}

interface Utterance {
  readonly name: string;
  readonly text: string;
  readonly picture: SoundPicture;
}

interface Known {
  readonly utterances: readonly Utterance[];
  readonly averageVoice: readonly number[];
}

let memory: Known | null = null;

function known(): Known {
  memory ??= learn();
  return memory;
}

function learn(): Known {
  const spoken = clips().filter((clip) => clip.speaker === 'caller' && clip.kind === 'sentence');
  const averageVoice = averageOf(spoken.map((clip) => paint(clipSamples(clip), 8_000, [])));
  const utterances = spoken.map((clip) => ({
    name: clip.name,
    text: clip.text,
    picture: paint(clipSamples(clip), 8_000, averageVoice),
  }));
  return { utterances, averageVoice };
}

/** Softer than this, against the speech itself, is what lies around it. */
const AROUND_DB = -14;
/** Kept on either side: words begin and end softly. */
const MARGIN_FRAMES = 20;

/** Cuts a recording to what was spoken in it, with a margin of 200 ms on both sides: silence where it had less. */
function trimToSpeech(samples: Int16Array, sampleRate: number): Int16Array {
  const powers = framePowers(samples, sampleRate);
  const enough = loudPower(powers) * powerRatio(AROUND_DB);
  const first = powers.findIndex((power) => power > enough);
  const last = powers.findLastIndex((power) => power > enough);
  if (first < 0) return new Int16Array(0);
  const frameSamples = (sampleRate * LOUDNESS_FRAME_MS) / 1000;
  const from = (first - MARGIN_FRAMES) * frameSamples;
  const to = (last + 1 + MARGIN_FRAMES) * frameSamples;
  const trimmed = new Int16Array(to - from);
  trimmed.set(samples.subarray(Math.max(0, from), to), Math.max(0, -from));
  return trimmed;
}
