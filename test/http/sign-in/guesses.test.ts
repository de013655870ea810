import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Guesses, guessNews, keepLatest, type Whence } from '../../../src/http/sign-in/guesses.ts';
import { Sessions, signedOutInMemory } from '../../../src/http/sign-in/sessions.ts';
import { aReviewHouse, type ReviewHouse } from '../../support/a-review-house.ts';
import { TestClock } from '../../support/test-clock.ts';

const OPERATOR = 'open the harbour';

/** Wrong ones, all at once; how many were looked at and how many sent away after so many seconds more. */
function aFlood(guesses: Guesses, clock: TestClock, count: number, whenceOf: (i: number) => Whence) {
  const answers: unknown[] = [];
  for (let i = 0; i < count; i++)
    void guesses.try(whenceOf(i), () => null).then((answer) => void answers.push(answer));
  return async (seconds: number) => {
    clock.advance(seconds * 1_000);
    await new Promise(setImmediate);
    return [answers.filter((answer) => answer === null).length, answers.length];
  };
}

const at = (address: string, peer = '127.0.0.1', isGone = () => false): Whence => ({ address, peer, isGone });
const forged = (i: number) => at(`203.0.${i % 250}.${Math.floor(i / 250)}`);

describe('P6: whoever guesses passwords', () => {
  let clock: TestClock;
  let guesses: Guesses;
  beforeEach(() => {
    clock = new TestClock();
    guesses = new Guesses(clock);
  });

  /** Whether a right one is in: null while it waits. */
  function rightFrom(whence: Whence): () => Promise<boolean | null> {
    let isIn: boolean | null = null;
    void guesses
      .try(whence, () => 'operator')
      .then((found) => {
        isIn = found === 'operator';
      });
    return async () => {
      await new Promise(setImmediate);
      return isIn;
    };
  }

  it('learns of five at once from one address, and then of two a second', async () => {
    const later = aFlood(guesses, clock, 40, () => at('203.0.113.9'));

    expect([await later(0), await later(0.4), await later(0.1), await later(5)]).toEqual([
      [6, 6],
      [6, 6],
      [7, 7],
      [17, 17],
    ]);
  });

  it('learns of two a second in the long run, however many addresses are forged', async () => {
    const later = aFlood(guesses, clock, 20_000, forged);

    expect(await later(0)).toEqual([30, 19_800]); // two hundred wait
    expect(await later(9)).toEqual([48, 19_818]);
    expect(await later(2)).toEqual([49, 20_000]);
  });

  it('learns of no more by going on for minutes', async () => {
    aFlood(guesses, clock, 40, forged);
    let looks = 0;
    const look = () => {
      looks += 1;
      return null;
    };
    for (let step = 0; step < 2_000; step++) {
      for (let i = 0; i < 5; i++) void guesses.try(forged(step * 5 + i), look);
      clock.advance(100);
    }

    expect(looks).toBe(400);
  });

  it('is not looked at before the turn, were it right: to be let in would be an answer too', async () => {
    aFlood(guesses, clock, 400, forged);
    const isIn = rightFrom(at('198.51.100.1'));

    expect(await isIn()).toBe(null);
    clock.advance(500);
    expect(await isIn()).toBe(true);
  });

  it('does not keep out a right one that comes by another way than the flood', async () => {
    const flood = () => aFlood(guesses, clock, 3_000, (i) => at(forged(i).address, '192.0.2.66'));
    flood();
    const isIn = rightFrom(at('198.51.100.1', '127.0.0.1'));
    flood();
    clock.advance(500);

    expect(await isIn()).toBe(true);
  });

  it('does not keep out a right one from where one has come from before', async () => {
    await guesses.try(at('198.51.100.1'), () => 'operator');
    aFlood(guesses, clock, 400, forged);

    expect(await rightFrom(at('198.51.100.1'))()).toBe(true);
  });

  it('learns no more from where a right one has come from before', async () => {
    await guesses.try(at('198.51.100.1'), () => 'operator');
    const later = aFlood(guesses, clock, 400, () => at('198.51.100.1'));

    expect([(await later(0))[0], (await later(5))[0]]).toEqual([6, 16]);
    const owner = rightFrom(at('198.51.100.1'));
    expect(await owner()).toBe(null);
    clock.advance(500);
    expect(await owner()).toBe(true);
  });

  it('uses up no turn by right ones, so that programs are not held up by one with a wrong one', async () => {
    aFlood(guesses, clock, 40, () => at('203.0.113.9'));
    const programs = Array.from({ length: 20 }, () => rightFrom(at('203.0.113.9')));
    clock.advance(500);

    expect(await Promise.all(programs.map((isIn) => isIn()))).toEqual(Array(20).fill(true));
  });

  it('keeps nobody waiting who has gone', async () => {
    const hasGone = new Set<number>();
    aFlood(guesses, clock, 150, (i) => at('203.0.113.9', '192.0.2.66', () => hasGone.has(i)));
    for (let i = 0; i < 150; i++) hasGone.add(i);
    clock.advance(500);

    expect(clock.timers).toBe(0);
  });

  it('has one address with all of an IPv6 network', async () => {
    const later = aFlood(guesses, clock, 20, (i) => at(`2001:db8:1:2::${i}`));

    expect(await later(0)).toEqual([6, 6]);
  });

  it('has one address with that network however it is written', async () => {
    const later = aFlood(guesses, clock, 20, (i) => at(i % 2 ? '2001:db8::1' : '2001:db8:0:0:5::1'));

    expect(await later(0)).toEqual([6, 6]);
  });

  it('is not taken for another who comes by IPv4 through a socket for both', async () => {
    const later = aFlood(guesses, clock, 20, (i) => at(`::ffff:203.0.113.${i}`));

    expect(await later(0)).toEqual([20, 20]);
  });

  it('is forgotten after a while, so that the next slip costs nothing', async () => {
    aFlood(guesses, clock, 40, () => at('203.0.113.9'));
    clock.advance(120_000);

    expect(await guesses.try(at('203.0.113.9'), () => null)).toBe(null);
    expect(clock.timers).toBe(0);
  });
});

describe('a list that keeps the latest', () => {
  it('forgets whoever has not come for longest, not whoever came first', () => {
    const map = new Map<string, number>();
    for (const [visit, name] of ['a', 'b', 'a', 'c'].entries()) keepLatest(map, name, visit, 2);

    expect([...map]).toEqual([
      ['a', 2],
      ['c', 3],
    ]);
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

describe('P6: while somebody guesses under forged addresses', () => {
  let house: ReviewHouse;
  beforeEach(async () => {
    house = await aReviewHouse({ operator: [OPERATOR], viewer: [] }, { believesAddresses: true });
  });
  afterEach(() => house.close());

  const from = (address: string) => ({ 'X-Forwarded-For': address });
  const signIn = (password: string, address: string) =>
    house.ask('/sign-in', { method: 'POST', headers: from(address), body: { password } });
  const asProgram = (password: string, address: string) =>
    house.ask('/api/calls', { headers: { Authorization: `Bearer ${password}`, ...from(address) } });
  const withCookie = (Cookie: string, address: string) =>
    house.ask('/api/calls', { headers: { Cookie, ...from(address) } });
  /** A session is signed with the password: whoever tries one can reckon the other. */
  function withForgedCookie(password: string, address: string) {
    const signedOut = signedOutInMemory();
    const sessions = new Sessions({
      clock: house.clock,
      passwords: { operator: [password], viewer: [] },
      signedOut,
    });
    return withCookie(`ringdown=${sessions.issue('operator', password)}`, address);
  }
  const countOf = (answer: string) => house.guesses.filter((each) => each === answer).length;

  /** More than are looked at; resolves when all that can be known is known. */
  async function flood(tryOne: (password: string, address: string) => Promise<Response>, count = 240) {
    const responses: Response[] = [];
    const tries = Array.from({ length: count }, async (_, i) => {
      const response = await tryOne(`guess ${i}`, `203.0.113.${i}`);
      responses.push(response);
    });
    const all = Promise.allSettled(tries); // where a test fails they end with the house
    await vi.waitFor(
      () => expect([countOf('wrong'), countOf('slow_down')]).toEqual([30, Math.max(0, count - 230)]),
      {
        timeout: 10_000,
      },
    );
    return { responses, all };
  }

  it.each([
    ['by the form', signIn],
    ['as a program', asProgram],
    ['with sessions of their own making', withForgedCookie],
  ])(
    'they learn of two a second, %s',
    async (_how, tryOne) => {
      const { all } = await flood(tryOne, 45);
      while (countOf('wrong') < 45) {
        const before = countOf('wrong');
        house.clock.advance(500);
        await new Promise(setImmediate); // the last of them may still be on their way here
        expect(countOf('wrong') - before).toBeLessThanOrEqual(1);
      }
      await all;

      expect(countOf('wrong')).toBe(45);
    },
    60_000, // a key is reckoned slowly, on purpose
  );

  it('the owner goes on: by the cookie, and by the password where it was right before', async () => {
    const cookie = (await signIn(OPERATOR, '198.51.100.1')).headers.get('set-cookie')?.split(';')[0] ?? '';
    const { all } = await flood(asProgram);

    expect((await withCookie(cookie, '198.51.100.2')).status).toBe(200);
    expect((await asProgram(OPERATOR, '198.51.100.1')).status).toBe(200);
    expect((await signIn(OPERATOR, '198.51.100.1')).status).toBe(303);
    house.clock.advance(11_000);
    await all;
  });

  it.each([
    ['by the form', signIn, 303],
    ['as a program', asProgram, 200],
  ])('the owner is let in from elsewhere with the next turn, %s', async (_how, tryOne, isIn) => {
    const { all } = await flood(asProgram);
    const owner = tryOne(OPERATOR, '198.51.100.1');
    await vi.waitFor(() => expect(countOf('slow_down')).toBe(11)); // there was no room, and one made it
    house.clock.advance(500);

    expect((await owner).status).toBe(isIn);
    house.clock.advance(11_000);
    await all;
  });

  it('whoever was not looked at is told so, and the log has no line for each', async () => {
    const { responses, all } = await flood(signIn);
    const [first] = responses.filter(({ status }) => status === 429);

    expect([
      first?.headers.get('retry-after'),
      responses.filter(({ status }) => status === 429).length,
    ]).toEqual(['10', 10]);
    expect(house.deeds.filter(({ status }) => status === 429)).toEqual([]);
    house.clock.advance(11_000);
    expect(await first?.text()).toContain('this one was not looked at');
    await all;
  });
});
