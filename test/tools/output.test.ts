import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutOutput, toOutput } from '../../src/tools/output.ts';

const KIB_16 = 16 * 1024;
const deep = (levels: number): unknown => {
  let value: unknown = 'end';
  for (let level = 0; level < levels; level += 1) value = { value };
  return value;
};
const ring: { self?: unknown } = {};
ring.self = ring;

describe('X3: a result of ten megabytes', () => {
  it.each([
    ['one text', 'x'.repeat(10_000_000)],
    ['one text that has to be escaped', '\u0000'.repeat(10_000_000)],
    ['one text of emoji', '😀'.repeat(1_000_000)],
    ['a list', Array.from({ length: 1_000_000 }, (_, index) => ({ index }))],
    [
      'an object of many fields',
      Object.fromEntries(Array.from({ length: 300_000 }, (_, i) => [`field ${i}`, i])),
    ],
    [
      'an endless list',
      { values: new Set(Array(1)), [Symbol.iterator]: 1, list: Array(1_000_000).fill('text') },
    ],
  ])('is cut at 16 KiB, says so, and is still JSON: %s', (_what, value) => {
    const output = toOutput(value);

    expect(Buffer.byteLength(output)).toBeLessThanOrEqual(KIB_16);
    expect(Buffer.byteLength(output)).toBeGreaterThan(KIB_16 / 8);
    expect(JSON.parse(output)).toMatchObject({ cut: true, note: expect.stringContaining('cut off') });
  });

  it('is left alone up to the limit', () => {
    const text = 'x'.repeat(KIB_16 - 2);

    expect(toOutput(text)).toBe(JSON.stringify(text));
    expect(JSON.parse(toOutput(`${text}x`))).toHaveProperty('cut', true);
  });
});

describe('X4: a result that JSON does not know', () => {
  it.each([
    ['a ring', ring, { self: '(again the same, left out)' }],
    ['nothing', undefined, { done: true }],
    ['a function', () => 1, { done: true }],
    ['a bigint', { count: 12n }, { count: '12' }],
    ['bytes', { file: Buffer.from('abc') }, { file: '(3 bytes)' }],
    ['a date', { on: new Date(0) }, { on: '1970-01-01T00:00:00.000Z' }],
    ['no date', { on: new Date(Number.NaN) }, { on: null }],
    ['a map', new Map([['a', 1]]), [['a', 1]]],
    ['a set', new Set([1, 2]), [1, 2]],
    ['no number', { price: Number.NaN }, { price: 'NaN' }],
    ['an error', { because: new Error('SELECT canary') }, { because: '(an error)' }],
    ['half a letter', { text: '\ud800' }, { text: '\ufffd' }],
    ['null', null, null],
    [
      'a field that throws',
      {
        a: 1,
        get b(): never {
          throw new Error('no');
        },
      },
      { a: 1, b: '(could not be read)' },
    ],
  ])('is put into words: %s', (_what, value, words) => {
    expect(JSON.parse(toOutput(value))).toEqual(words);
  });

  it('may be a hundred thousand levels deep', () => {
    expect(toOutput(deep(100_000))).toContain('(deeper levels left out)');
  });

  it('may be a proxy that refuses everything', () => {
    const hostile = new Proxy(
      {},
      {
        getPrototypeOf: () => {
          throw new Error('no');
        },
        ownKeys: () => {
          throw new Error('no');
        },
      },
    );

    expect(toOutput(hostile)).toBe('"(could not be read)"');
  });

  it('is bounded, valid JSON whatever it is', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true }),
        (value) => {
          const output = toOutput(value, 256);
          JSON.parse(output);
          return Buffer.byteLength(output) <= 256;
        },
      ),
    );
  });
});

describe('a text that is cut', () => {
  it('never ends within a letter', () => {
    expect(JSON.parse(cutOutput('😀'.repeat(200), 256))).toHaveProperty(
      'begin',
      expect.not.stringContaining('\ufffd\ufffd'),
    );
  });
});
