import { recognise } from '../hearing/recogniser.ts';
import { VoiceActivity } from '../hearing/voice-activity.ts';
import { type Clip, clips, type Speaker, speak, spelledWords } from '../voice.ts';
import type { Ears } from './brain.ts';
import type { Voice } from './dialogue.ts';

/** Real ears: voice detection, and the practice sentences known by their sound. */
export const practiceEars: Ears = {
  listen: (settings) => new VoiceActivity(settings),
  recognise,
};

/** Sentences put together from words are kept, so that each is put together and encoded once. */
const MOST_KEPT = 100;

/** A real voice: the recorded sentences, and whatever can be put together from recorded words. */
export function practiceVoice(): Voice {
  const spoken = new Map<string, Int16Array>();
  return {
    sentences: textsByName('agent'),
    utterances: textsByName('caller'),
    canSay: (text) => spelledWords(text).length === 0,
    speak(text) {
      const samples = spoken.get(text) ?? speak(text);
      if (spoken.size >= MOST_KEPT) spoken.clear();
      spoken.set(text, samples);
      return samples;
    },
  };
}

function textsByName(speaker: Speaker): ReadonlyMap<string, string> {
  const isSentence = (clip: Clip) => clip.speaker === speaker && clip.kind === 'sentence';
  return new Map(clips().flatMap((clip) => (isSentence(clip) ? [[clip.name, clip.text]] : [])));
}
