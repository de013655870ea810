import { describe, expect, it } from 'vitest';
import { Foreseen, kindAndPlace } from '../../src/tools/thrown.ts';
import { aPool, tool } from './support/a-pool.ts';

const WORDS = 'Robin Marlow, 07700 900123';

/** Everything a programmer may throw with somebody's words in it. */
const THROWN: readonly (readonly [string, () => unknown, RegExp])[] = [
  ['an error', () => new RangeError(WORDS), /^RangeError at tools\/thrown\.test\.ts:\d+:\d+$/],
  ['words alone', () => WORDS, /^threw a thing of type string$/],
  ['nothing', () => null, /^threw null$/],
  ['an error with a name of somebody', () => Object.assign(new Error(WORDS), { name: WORDS }), /^Error at /],
  [
    'an error with a code',
    () => Object.assign(new Error(WORDS), { code: 'ECONNREFUSED' }),
    /^Error ECONNREFUSED at /,
  ],
  ['an error with words for a code', () => Object.assign(new Error(WORDS), { code: WORDS }), /^Error at /],
  [
    'an error that another one caused',
    () => new TypeError(WORDS, { cause: Object.assign(new Error(WORDS), { code: 'ENOTFOUND' }) }),
    /^TypeError, caused by Error ENOTFOUND at /,
  ],
  [
    'words that look like a place',
    () => new Error(`x\n    at ${WORDS} (/a/Robin.ts:1:1)`),
    /^Error at tools\/thrown/,
  ],
  ['an error whose place was taken away', () => Object.assign(new Error(WORDS), { stack: WORDS }), /^Error$/],
  ['a request that was told to stop', () => new DOMException(WORDS, 'TimeoutError'), /^TimeoutError/],
  [
    'a thing that cannot be read',
    () =>
      new Proxy(new Error(WORDS), {
        get() {
          throw new Error(WORDS);
        },
      }),
    /cannot be read/,
  ],
];

describe('P5: the log', () => {
  it.each(THROWN)(
    'says what kind of thing was thrown, and where, and none of its words: %s',
    (_what, make, says) => {
      expect(kindAndPlace(make())).toMatch(says);
      expect(kindAndPlace(make())).not.toMatch(/Robin|Marlow|07700/);
    },
  );

  it('leaves it to the record of the call to say that a tool has answered: once is enough', async () => {
    const { aCall, lines } = await aPool({ works: tool('works', `run: () => 'done'`) });

    expect(await aCall('CA8').ask('works', { n: 1 })).toMatchObject({ result: 'ok' });

    expect(lines).toEqual([]);
  });

  it('has our own words about what we foresaw', () => {
    expect(kindAndPlace(new Foreseen('api.example.com answered 503.'))).toBe('api.example.com answered 503.');
  });

  it('says where in the author’s own file, also for what is thrown long after', async () => {
    const { aCall, lines } = await aPool({
      looks: tool(
        'looks',
        `run: ({ n }) => { if (n === 1) throw new Error('${WORDS}'); setTimeout(() => { throw new Error('${WORDS}'); }, 1); return new Promise(() => {}); }`,
      ),
    });
    const { ask } = aCall('CA7');

    expect((await ask('looks', { n: 1 })).result).toBe('failed');
    expect((await ask('looks', { n: 2 })).result).toBe('failed');

    expect(
      lines.filter((line) => /"call":"CA7","tool":"looks".*Error at tools\/looks\.ts:5:\d+/.test(line)),
    ).toHaveLength(2);
    expect(lines.join()).not.toMatch(/Robin|Marlow|07700/);
  });
});
