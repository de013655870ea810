import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitHeard } from '../../../src/call/recall/heard-words.ts';

describe('what was heard of a sentence', () => {
  it('is cut behind the last word that was heard to its end', () => {
    expect(splitHeard('We open at nine, on Sunday at ten.', 1_000, 2_000)).toEqual({
      heard: 'We open at nine,',
      unheard: ' on Sunday at ten.',
    });
  });

  it('is all of it when it sounded to its end', () => {
    expect(splitHeard('Goodbye!', 800, 800)).toEqual({ heard: 'Goodbye!', unheard: '' });
  });

  it('is nothing of it when it never sounded', () => {
    expect(splitHeard('Goodbye!', 0, 800)).toEqual({ heard: '', unheard: 'Goodbye!' });
    expect(splitHeard('Goodbye!', 0, 0)).toEqual({ heard: '', unheard: 'Goodbye!' });
  });

  it('is cut between words where no spaces part them', () => {
    const { heard, unheard } = splitHeard('今日は天気がいいです', 500, 1_000);

    expect(heard.length).toBeGreaterThan(0);
    expect(heard + unheard).toBe('今日は天気がいいです');
    expect(
      '今日|は|天気|が|いい|です'.split('|').some((_, i, all) => all.slice(0, i).join('') === heard),
    ).toBe(true);
  });

  it('loses no letter and grows with time, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(1_000), fc.nat(1_000), (text, one, other) => {
        const less = splitHeard(text, Math.min(one, other), 1_000);
        const more = splitHeard(text, Math.max(one, other), 1_000);
        expect(less.heard + less.unheard).toBe(text);
        expect(more.heard.startsWith(less.heard)).toBe(true);
      }),
    );
  });
});
