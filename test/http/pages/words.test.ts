import { describe, expect, it } from 'vitest';
import { clockTime, count, dollars, milliseconds, troubleWords } from '../../../src/http/pages/words.ts';

describe('a number on a page', () => {
  it.each([
    [0, '0:00'],
    [59_499, '0:59'],
    [59_500, '1:00'],
    [247_000, '4:07'],
    [3_599_000, '59:59'],
    [3_600_000, '1:00:00'],
    [3_753_000, '1:02:33'],
    [-5, '0:00'],
  ])('is a time on a clock: %d ms', (ms, text) => {
    expect(clockTime(ms)).toBe(text);
  });

  it.each([
    [null, '–'],
    [849.6, '850 ms'],
    [9_999, '9999 ms'],
    [10_000, '10.0 s'],
  ])('is a latency, to the millisecond while that can be felt: %s', (ms, text) => {
    expect(milliseconds(ms)).toBe(text);
  });

  it.each([
    [null, '–'],
    [0.0571, '$0.057'],
    [1, '$1.00'],
    [12.345, '$12.35'],
  ])('is a price, in tenths of a cent where it is small: %s', (cost, text) => {
    expect(dollars(cost)).toBe(text);
  });

  it('stands beside one thing or many', () => {
    expect([count(0, 'call'), count(1, 'call'), count(2, 'reply', 'replies')]).toEqual([
      '0 calls',
      '1 call',
      '2 replies',
    ]);
  });
});

describe('trouble with the call log', () => {
  it.each([
    ['store_full', 'has no room left'],
    ['of_tomorrow', 'has trouble (of_tomorrow)'],
  ])('is told with its reason and since when: %s', (reason, why) => {
    const words = troubleWords({ reason, sentence: '', sinceWallMs: Date.UTC(2026, 2, 1, 9, 5) });

    expect(words).toContain(`The call log ${why}, since 2026-03-01 09:05 UTC.`);
  });
});
