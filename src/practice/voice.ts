/** The practice model's voice: recorded sentences where there are some, else words put together, else letters. */
import { type Clip, clipMulaw, clipSamples, clips, findClip } from './voice/clips.ts';
import { type SpokenWord, WORD_PAUSE_MS, wording } from './voice/wording.ts';

const SAMPLES_PER_MS = 24;

/** Nobody listens to a practice voice for longer; a text of any length must not fill the memory. */
const LONGEST_MS = 60_000;

/** Speaks at 24 kHz. A recorded sentence comes back as the same array each time: do not change it. */
export function speak(text: string): Int16Array {
  const parts = partsOf(wording(text));
  const only = parts[0];
  return only !== undefined && parts.length === 1 ? clipSamples(only.clip) : join(parts);
}

/** One of the agent's recordings by name: its words, and its samples at 24 kHz. */
export function agentClip(name: string): { readonly text: string; readonly samples: Int16Array } {
  const clip = findClip('agent', name);
  return { text: clip.text, samples: clipSamples(clip) };
}

/** One of the practice caller's recordings by name: its words, and its μ-law bytes at 8 kHz. */
export function callerClip(name: string): { readonly text: string; readonly mulaw: Uint8Array } {
  const clip = findClip('caller', name);
  return { text: clip.text, mulaw: clipMulaw(clip) };
}

/** The words of a text that can only be spelled, for want of a recording. */
export function spelledWords(text: string): readonly string[] {
  const unknown = phrasesOf(wording(text)).filter(({ clip }) => clip === undefined);
  return unknown.flatMap(({ said }) => said.map(({ word }) => word));
}

interface Part {
  readonly clip: Clip;
  readonly pauseMs: number;
}

interface Phrase {
  readonly said: readonly SpokenWord[];
  /** Undefined for a word there is no recording of. */
  readonly clip: Clip | undefined;
}

/** From each word on, the longest recording that says just what follows; so whole sentences go before their words. */
function phrasesOf(words: readonly SpokenWord[]): readonly Phrase[] {
  const { byWording, mostWords } = repertoire();
  const phrases: Phrase[] = [];
  for (let from = 0; from < words.length; ) {
    let count = Math.min(mostWords, words.length - from);
    while (count > 1 && !byWording.has(wordsKey(words.slice(from, from + count)))) count--;
    const said = words.slice(from, from + count);
    phrases.push({ said, clip: byWording.get(wordsKey(said)) });
    from += count;
  }
  return phrases;
}

function partsOf(words: readonly SpokenWord[]): readonly Part[] {
  return phrasesOf(words).flatMap(({ said, clip }) => {
    const pauseMs = said.at(-1)?.pauseMs ?? WORD_PAUSE_MS;
    return clip === undefined ? spell(said) : [{ clip, pauseMs }];
  });
}

/** Letter by letter: what cannot be said can at least be understood. */
function spell(words: readonly SpokenWord[]): readonly Part[] {
  const { byWording } = repertoire();
  return words.flatMap(({ word, pauseMs }) =>
    [...word].flatMap((letter, at) => {
      const clip = byWording.get(letter);
      return clip === undefined ? [] : [{ clip, pauseMs: at === word.length - 1 ? pauseMs : WORD_PAUSE_MS }];
    }),
  );
}

/** Recordings begin and end in silence, so silence between them makes no click. */
function join(parts: readonly Part[]): Int16Array {
  const spoken = new Int16Array(LONGEST_MS * SAMPLES_PER_MS);
  let length = 0;
  for (const [index, { clip, pauseMs }] of parts.entries()) {
    const samples = clipSamples(clip);
    if (length + samples.length > spoken.length) break;
    spoken.set(samples, length);
    const isLast = index === parts.length - 1;
    length += samples.length + (isLast ? 0 : pauseMs * SAMPLES_PER_MS);
  }
  return spoken.slice(0, length);
}

interface Repertoire {
  readonly byWording: ReadonlyMap<string, Clip>;
  /** The words of the longest recording. */
  readonly mostWords: number;
}

let known: Repertoire | null = null;

function repertoire(): Repertoire {
  known ??= learn();
  return known;
}

function learn(): Repertoire {
  const byWording = new Map<string, Clip>();
  let mostWords = 1;
  for (const clip of clips()) {
    if (clip.speaker !== 'agent') continue;
    const words = wording(clip.text);
    byWording.set(wordsKey(words), clip);
    mostWords = Math.max(mostWords, words.length);
  }
  return { byWording, mostWords };
}

function wordsKey(words: readonly SpokenWord[]): string {
  return words.map(({ word }) => word).join(' ');
}
