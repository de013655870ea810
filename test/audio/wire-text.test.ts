import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64Between, readBase64 } from '../../src/audio/wire-text.ts';

/** Some of them somewhere in the middle of others, as sound is that was cut out of a longer stretch. */
const bytes = fc
  .tuple(fc.uint8Array({ maxLength: 1_000, size: 'max' }), fc.nat({ max: 8 }))
  .map(([all, from]) => all.subarray(from));

describe('base64', () => {
  it('is written as everybody writes it', () => {
    fc.assert(
      fc.property(bytes, (sound) => {
        const text = base64Between(Buffer.from('<'), sound, Buffer.from('/>'));

        expect(text.toString()).toBe(`<${Buffer.from(sound).toString('base64')}/>`);
      }),
    );
  });

  it.each([0, 1, 2, 3, 160, 399, 400, 401, 960])('is written and read back for %d bytes', (length) => {
    const sound = Uint8Array.from({ length }, (_, i) => i * 7);
    const text = base64Between(Buffer.from('<'), sound, Buffer.from('>'));

    expect(text.toString()).toBe(`<${Buffer.from(sound).toString('base64')}>`);
    if (length > 0) expect(readBase64(text, 1, text.length - 1)).toEqual(Buffer.from(sound));
  });

  it('is read from the middle of a text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 1_000, size: 'max' }), (sound) => {
        const text = base64Between(Buffer.from('before'), sound, Buffer.from('after'));

        expect(readBase64(text, 6, text.length - 5)).toEqual(Buffer.from(sound));
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['less than a byte', 'A'],
    ['no whole number of quads', 'AAAAA'],
    ['a letter that is none', 'AA-A'],
    ['a letter that is none at its end', 'AAAAAAA '],
    ['padding in its middle', 'AA==AAAA'],
    ['nothing but padding', '===='],
    ['too much padding', 'A==='],
    ['letters of other alphabets', 'AAAé'],
  ])('is not read from %s', (_what, text) => {
    const written = Buffer.from(text, 'latin1');

    expect(readBase64(written, 0, written.length)).toBeNull();
  });
});
