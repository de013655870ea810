import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { guessNews } from '../../../src/http/sign-in/guess-news.ts';
import { Guesses } from '../../../src/http/sign-in/guesses.ts';
import { aReviewHouse, type ReviewHouse } from '../../support/a-review-house.ts';
import { TestClock } from '../../support/test-clock.ts';

const OPERATOR = 'open the harbour';

/** How many of so many wrong ones, tried all at once, are answered at once and how many within these seconds. */
async function answeredOf(count: number, addressOf: (i: number) => string) {
  const clock = new TestClock();
  const guesses = new Guesses(clock);
  const answers: string[] = [];
  for (let i = 0; i < count; i++)
    void guesses.wasWrong(addressOf(i)).then((became) => void answers.push(became));
  const countAfter = async (seconds: number) => {
    clock.advance(seconds * 1_000);
    await new Promise(setImmediate);
    return { wrong: answers.filter((answer) => answer === 'wrong').length, all: answers.length };
  };
  return { atOnce: await countAfter(0), countAfter };
}

describe('P6: whoever guesses passwords', () => {
  it('is told five at once, and waits a second for the next', async () => {
    const { atOnce, countAfter } = await answeredOf(6, () => '203.0.113.9');

    expect([atOnce.wrong, (await countAfter(0.9)).wrong, (await countAfter(0.1)).wrong]).toEqual([5, 5, 6]);
  });

  it('keeps to two a second altogether, however many addresses are forged', async () => {
    const { atOnce, countAfter } = await answeredOf(45, (i) => `203.0.113.${i}`);

    expect([atOnce.wrong, (await countAfter(1)).wrong, (await countAfter(4)).wrong]).toEqual([30, 32, 40]);
  });

  it('is told to slow down when more wait than there is room for', async () => {
    const { atOnce, countAfter } = await answeredOf(1_100, (i) => `203.0.${i % 250}.${i / 250}`);

    expect(atOnce).toEqual({ wrong: 30, all: 600 });
    expect(await countAfter(10)).toEqual({ wrong: 530, all: 1_100 });
  });

  it('has one address with all of an IPv6 network', async () => {
    const { atOnce } = await answeredOf(6, (i) => `2001:db8:1:2::${i}`);

    expect(atOnce.wrong).toBe(5);
  });

  it('is forgotten after a while, so that the next slip costs nothing', async () => {
    const clock = new TestClock();
    const guesses = new Guesses(clock);
    for (let i = 0; i < 40; i++) void guesses.wasWrong('203.0.113.9');
    clock.advance(120_000);

    expect(await guesses.wasWrong('203.0.113.9')).toBe('wrong');
    expect(clock.timers).toBe(0);
  });
});

describe('the log of a flood of guesses', () => {
  it('has a line at once, then one a minute with how many there were', () => {
    const clock = new TestClock();
    const counts: number[] = [];
    const guessed = guessNews(clock, (count) => void counts.push(count));

    for (let second = 0; second < 121; second++) {
      for (let i = 0; i < 100; i++) guessed('slow_down');
      guessed('wrong');
      clock.advance(1_000);
    }

    expect(counts).toEqual([1, 6_000, 6_000]);
  });
});

describe('P6: the owner, while somebody guesses', () => {
  let house: ReviewHouse;
  beforeEach(async () => {
    house = await aReviewHouse({ operator: [OPERATOR], viewer: [] });
  });
  afterEach(() => house.close());

  const signIn = (password: string) => house.ask('/sign-in', { method: 'POST', body: { password } });
  const asProgram = (password: string) =>
    house.ask('/api/calls', { headers: { Authorization: `Bearer ${password}` } });

  it.each([
    ['by the form', signIn, 303],
    ['as a program', asProgram, 200],
  ])('is let in at once from the same address, %s', async (_how, tryOne, isIn) => {
    const wrong = Array.from({ length: 40 }, (_, i) => tryOne(`guess ${i}`));
    await vi.waitFor(() => expect(house.clock.timers).toBe(35));

    expect((await tryOne(OPERATOR)).status).toBe(isIn);
    house.clock.advance(10_000);
    expect((await Promise.all(wrong)).map(({ status }) => status)).toEqual(Array(40).fill(401));
  });

  it('is told what is the matter when a wrong one is one too many', async () => {
    const wrong = Array.from({ length: 505 }, (_, i) => asProgram(`guess ${i}`));
    await vi.waitFor(() => expect(house.clock.timers).toBe(500), { timeout: 10_000 });

    const oneTooMany = await signIn('open the harbor');

    expect([oneTooMany.status, oneTooMany.headers.get('retry-after')]).toEqual([429, '10']);
    expect(await oneTooMany.text()).toContain('too many are being tried');
    expect((await signIn(OPERATOR)).status).toBe(303);
    house.clock.advance(10_000);
    await Promise.all(wrong);
    expect(new Set(house.guesses)).toEqual(new Set(['wrong', 'slow_down']));
    expect(house.deeds.filter(({ status }) => status === 429)).toEqual([]); // the log has a line a minute instead
  });
});
