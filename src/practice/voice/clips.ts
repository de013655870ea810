/** The spoken fixtures: what the practice caller says and what the practice model answers. Read once, when wanted. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { decodeMulaw } from '../../audio/g711.ts';
import { readWav } from '../../audio/wav.ts';

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

const FOLDER = new URL('../../../fixtures/voice/', import.meta.url);

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
