import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMulaw } from '../../src/audio/g711.ts';
import { WholeSamples } from '../../src/audio/whole-samples.ts';

const VOICE = join(import.meta.dirname, '../../fixtures/voice/agent');
const clips = readdirSync(VOICE)
  .filter((name) => name.endsWith('.wav'))
  .slice(0, 12)
  .map((name) => {
    const file = readFileSync(join(VOICE, name));
    return Buffer.from(decodeMulaw(file.subarray(file.indexOf('data') + 8)).buffer);
  });

/** What comes of sound that is cut so, in all. */
function through(pieces: readonly Uint8Array[]) {
  const samples = new WholeSamples();
  const all = pieces.map((piece) => samples.push(piece));
  return {
    sound: Buffer.concat(all.map((each) => each.samples)),
    mends: all.filter(({ wasMended }) => wasMended).length,
    isWhole: all.every((each) => each.samples.length % 2 === 0),
  };
}

function cutAt(sound: Uint8Array, places: readonly number[]): Uint8Array[] {
  const edges = [0, ...places.toSorted((a, b) => a - b), sound.length];
  return edges.slice(1).map((edge, i) => sound.subarray(edges[i], edge));
}

const inPieces = (sound: Uint8Array, bytes: number) =>
  cutAt(
    sound,
    Array.from({ length: Math.floor((sound.length - 1) / bytes) }, (_, i) => (i + 1) * bytes),
  );

/** The samples that are none of the speaker's, wherever in the sound they stand. */
function foreignMs(sound: Buffer, original: Buffer): number {
  let foreign = 0;
  for (let at = 0; at + 1 < sound.length; at += 2) {
    const sample = sound.readInt16LE(at);
    const isOurs =
      sample === original.readInt16LE(at) ||
      sample === original.readInt16LE(Math.min(at + 2, original.length - 2));
    if (!isOurs) foreign += 1;
  }
  return foreign / 24;
}

describe('sound on whole samples', () => {
  it.each([1, 2, 3, 101, 4_799, 1_000_000])('S2: is the same to the bit in pieces of %i bytes', (bytes) => {
    const sound = clips[0] ?? Buffer.alloc(0);

    expect(through(inPieces(sound, bytes))).toEqual({ sound, mends: 0, isWhole: true });
  });

  it('S2: is the same to the bit however speech or noise is cut', () => {
    const speech = fc.constantFrom(...clips);
    const noise = fc
      .uint8Array({ minLength: 2, maxLength: 6_000, size: 'max' })
      .map((bytes) => bytes.subarray(bytes.length % 2));
    fc.assert(
      fc.property(fc.oneof(speech, noise), fc.array(fc.nat(), { maxLength: 60 }), (sound, places) => {
        const whole = through(
          cutAt(
            sound,
            places.map((place) => place % sound.length),
          ),
        );

        expect(whole.isWhole).toBe(true);
        expect(whole.mends).toBe(0);
        expect(whole.sound.equals(sound)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('M28: is a click at most where a byte of it was lost, and not static until the end', () => {
    const losses = clips.flatMap((sound) => [0.1, 0.3, 0.5, 0.7, 0.9].map((where) => ({ sound, where })));
    const clicksMs = losses.map(({ sound, where }) => {
      const lost = Math.floor(sound.length * where);
      const pieces = inPieces(sound, 4_800).map((piece, i) => {
        const at = lost - i * 4_800;
        return at < 0 || at >= piece.length
          ? piece
          : Buffer.concat([piece.subarray(0, at), piece.subarray(at + 1)]);
      });
      return foreignMs(through(pieces).sound, sound);
    });
    clicksMs.sort((a, b) => a - b);

    expect(clicksMs[Math.floor(clicksMs.length / 2)]).toBeLessThan(3);
    expect(clicksMs.at(-1)).toBeLessThan(40);
  });

  it('is no longer askew once another sound begins', () => {
    const samples = new WholeSamples();
    samples.push(Uint8Array.of(1, 2, 3));

    samples.reset();

    expect(samples.push(Uint8Array.of(4, 5)).samples).toEqual(Uint8Array.of(4, 5));
  });

  it('takes quiet speech that is askew for what it is, though it is as smooth as the right one', () => {
    const quiet = Buffer.alloc(9_600);
    for (let i = 0; i < quiet.length / 2; i++) quiet.writeInt16LE(Math.round(60 * Math.sin(i / 9)), 2 * i);

    const { sound, mends } = through([quiet.subarray(1, 4_800), quiet.subarray(4_800)]);

    expect(mends).toBe(1);
    expect(foreignMs(sound, quiet)).toBeLessThan(6);
  });
});
