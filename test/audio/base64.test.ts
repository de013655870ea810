import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64Between, readBase64 } from '../../src/audio/base64.ts';

const bytes = fc.uint8Array({ maxLength: 1_000 });

describe('base64', () => {
  it('is written as everybody writes it', () => {
    fc.assert(
      fc.property(bytes, (sound) => {
        const text = base64Between(Buffer.from('<'), sound, Buffer.from('/>'));

        expect(text.toString()).toBe(`<${Buffer.from(sound).toString('base64')}/>`);
      }),
    );
  });

  it('is read from the middle of a text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 1_000 }), (sound) => {
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
