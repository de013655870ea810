/** The practice model's voice: recorded sentences where there are some, else words put together, else letters. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { decodeMulaw } from '../audio/g711.ts';
import { readWav } from '../audio/wav.ts';

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

/** Text as it is spoken: plain lower-case words, figures read out, and the pauses between them. */
interface SpokenWord {
  readonly word: string;
  /** How long to rest after it, by the mark that follows in the text. */
  readonly pauseMs: number;
}

/** Between words that follow each other; a comma or a full stop takes longer. */
const WORD_PAUSE_MS = 45;
const COMMA_PAUSE_MS = 180;
const SENTENCE_PAUSE_MS = 320;

const UNITS =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const ORDINALS =
  'zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth'.split(
    ' ',
  );
const TENS = ['', '', 'twenty', 'thirty', 'forty', 'fifty'];
const TENTHS = ['', '', 'twentieth', 'thirtieth', 'fortieth', 'fiftieth'];

const LARGEST_NUMBER = 59;

/** A time of day, an ordinal, a number, a word, or a mark: whatever else is written is not spoken. */
const PIECES =
  /(?<hours>\d{1,2}):(?<minutes>[0-5]\d)(?!\d)|(?<ordinal>\d{1,2})(?:st|nd|rd|th)\b|(?<figures>\d+)|(?<word>[a-z]+)|(?<mark>[,;:.!?])/g;

function wording(text: string): readonly SpokenWord[] {
  const spoken: SpokenWord[] = [];
  for (const { groups } of plain(text).matchAll(PIECES)) {
    const mark = groups?.['mark'];
    const last = spoken.at(-1);
    if (mark === undefined) {
      spoken.push(...read(groups ?? {}).map((word) => ({ word, pauseMs: WORD_PAUSE_MS })));
    } else if (last) {
      spoken[spoken.length - 1] = { ...last, pauseMs: pauseFor(mark) };
    }
  }
  return spoken;
}

/** No capitals, accents or apostrophes. */
function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f'’]/g, '')
    .replaceAll('&', ' and ')
    .toLowerCase();
}

function read(piece: Readonly<Record<string, string | undefined>>): readonly string[] {
  const { hours, minutes, ordinal, figures, word } = piece;
  if (hours !== undefined && minutes !== undefined) return readTime(hours, minutes);
  if (ordinal !== undefined) return readOrdinal(Number(ordinal));
  if (figures !== undefined) return readFigures(figures);
  return word === undefined ? [] : [word];
}

function readTime(hours: string, minutes: string): readonly string[] {
  const hour = readNumber(Number(hours));
  if (minutes === '00') return [...hour, 'oclock'];
  return minutes.startsWith('0')
    ? [...hour, 'o', ...readNumber(Number(minutes))]
    : [...hour, ...readNumber(Number(minutes))];
}

/** Small numbers as numbers; long ones, as an order number is, figure by figure. */
function readFigures(figures: string): readonly string[] {
  const isNumber = figures === '0' || (!figures.startsWith('0') && Number(figures) <= LARGEST_NUMBER);
  return isNumber
    ? readNumber(Number(figures))
    : [...figures].flatMap((figure) => readNumber(Number(figure)));
}

function readNumber(number: number): readonly string[] {
  return readCount(number, UNITS, TENS);
}

function readOrdinal(number: number): readonly string[] {
  return number > LARGEST_NUMBER ? readFigures(String(number)) : readCount(number, ORDINALS, TENTHS);
}

/** `last` and `lastTens` name the word a number ends in, which is where ordinals differ. */
function readCount(number: number, last: readonly string[], lastTens: readonly string[]): readonly string[] {
  const unit = number % 10;
  const ten = (number - unit) / 10;
  if (ten < 2) return [last[number] ?? ''];
  if (ten > 5) return readFigures(String(number));
  return unit === 0 ? [lastTens[ten] ?? ''] : [TENS[ten] ?? '', last[unit] ?? ''];
}

function pauseFor(mark: string): number {
  return mark === ',' || mark === ';' || mark === ':' ? COMMA_PAUSE_MS : SENTENCE_PAUSE_MS;
}

/* The spoken fixtures: what the practice caller says and what the practice model answers. Read once, when wanted. */

const clipSchema = z.strictObject({
  name: z.string(),
  speaker: z.enum(['caller', 'agent']),
  /** Words and letters are pieces of sentences; a noise is no speech at all. */
  kind: z.enum(['sentence', 'word', 'letter', 'noise']),
  /** Below the folder of the fixtures. */
  file: z.string(),
  milliseconds: z.number().positive(),
  /** The words; empty for a noise. */
  text: z.string(),
});

export type Clip = Readonly<z.infer<typeof clipSchema>>;
export type Speaker = Clip['speaker'];

const FOLDER = new URL('../../fixtures/voice/', import.meta.url);

let index: readonly Clip[] | null = null;

/** Every clip there is. */
export function clips(): readonly Clip[] {
  index ??= z.array(clipSchema).parse(JSON.parse(readFileSync(new URL('index.json', FOLDER), 'utf8')));
  return index;
}

export function findClip(speaker: Speaker, name: string): Clip {
  const found = clips().find((clip) => clip.speaker === speaker && clip.name === name);
  if (found) return found;
  throw new Error(
    `Wanted the ${speaker}'s clip "${name}", and there is none. The names are in fixtures/voice/index.json.`,
  );
}

const sounds = new Map<Clip, Uint8Array>();
const samples = new Map<Clip, Int16Array>();

/** The clip in μ-law: at 8 kHz the caller's, at 24 kHz the agent's. Everybody gets the same bytes: do not change them. */
export function clipMulaw(clip: Clip): Uint8Array {
  const known = sounds.get(clip);
  if (known) return known;
  const sound = readWav(readFileSync(new URL(clip.file, FOLDER))).data;
  sounds.set(clip, sound);
  return sound;
}

/** The clip as 16-bit samples. Everybody gets the same ones: do not change them. */
export function clipSamples(clip: Clip): Int16Array {
  const known = samples.get(clip);
  if (known) return known;
  const decoded = decodeMulaw(clipMulaw(clip));
  samples.set(clip, decoded);
  return decoded;
}
