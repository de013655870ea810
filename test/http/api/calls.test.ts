import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { csvCell } from '../../../src/http/api/call-files.ts';
import { everythingHappens } from '../../support/a-recorded-call.ts';
import { aReviewHouse, type ReviewHouse } from '../../support/a-review-house.ts';
import { eventsOf, rang, SEED_WALL_MS } from '../../support/logged-calls.ts';

let house: ReviewHouse;
beforeAll(async () => {
  house = await aReviewHouse();
  for (let i = 0; i < 7; i++) {
    const wallMs = SEED_WALL_MS + i * 3_600_000;
    await house.keep(`CA${i}`, everythingHappens({ rang: { wallMs, from: `+1555000000${i}` } }));
  }
  await house.keep(
    'CAquiet',
    eventsOf([
      [0, rang({ wallMs: SEED_WALL_MS - 40 * 3_600_000, direction: 'outbound' })],
      [4_000, { type: 'ended', reason: 'never_connected' }],
    ]),
  );
});
afterAll(() => house.close());

const pageAt = async (path: string) => pageShape.parse(await (await house.ask(path)).json());
const idsAt = async (path: string) => (await pageAt(path)).calls.map(({ callId }) => callId);
const pageShape = z.object({ calls: z.array(z.object({ callId: z.string() })), next: z.string().nullable() });

describe('the list of calls', () => {
  it('is walked page by page without missing one or meeting one twice', async () => {
    const seen: string[] = [];
    let next: string | null = '';
    while (next !== null) {
      const page = await pageAt(
        `/api/calls?limit=3${next === '' ? '' : `&after=${encodeURIComponent(next)}`}`,
      );
      seen.push(...page.calls.map(({ callId }) => callId));
      next = page.next;
    }

    expect(seen).toEqual(['CA6', 'CA5', 'CA4', 'CA3', 'CA2', 'CA1', 'CA0', 'CAquiet']);
  });

  it.each([
    ['q=somewhere%20park', 7],
    ['q=nobody%20said%20this', 0],
    ['number=0004', 1],
    ['end=never_connected', 1],
    ['direction=outbound', 1],
    ['tool=find_parking', 7],
    ['trouble=tool', 7],
    ['interruptions=2', 0],
    ['longer=20', 7],
    ['shorter=20', 1],
    ['reviewed=yes', 0],
    ['live=yes', 0],
    ['from=2026-03-01&to=2026-03-01', 7],
    ['to=2026-02-28', 1],
    ['from=&to=&q=&agent=', 8],
  ])('finds what is looked for: %s', async (query, count) => {
    expect(await idsAt(`/api/calls?${query}`)).toHaveLength(count);
  });

  it('counts days as the reader’s clock has them', async () => {
    // Where clocks are fourteen hours ahead, the second of March begins at 10:00 UTC: all but the call at 09:00.
    expect(await idsAt('/api/calls?from=2026-03-02&tz=-840')).toEqual([
      'CA6',
      'CA5',
      'CA4',
      'CA3',
      'CA2',
      'CA1',
    ]);
  });

  it.each(['limit=0', 'limit=9e9', 'from=yesterday', 'end=sudden', 'longer=x', `q=${'a'.repeat(300)}`])(
    'says what it wanted instead of %.20s',
    async (query) => {
      const response = await house.ask(`/api/calls?${query}`);

      expect(response.status).toBe(400);
      expect(await response.json()).toEqual({ error: expect.stringContaining(query.split('=')[0] ?? '') });
    },
  );

  it.each([
    '"',
    "'; DROP TABLE calls; --",
    'AND OR NOT',
    'NEAR(',
    '*',
    '(((',
    '%',
    '\\',
    '^a',
    'a:b',
    '\u0000',
    '🙂'.repeat(40),
  ])('U10: takes no query language for one: %s', async (words) => {
    expect((await house.ask(`/api/calls?q=${encodeURIComponent(words)}`)).status).toBe(200);
    expect((await house.ask(`/?q=${encodeURIComponent(words)}`)).status).toBe(200);
  });

  it.each(['%', '_', '*', '?!', '\u0301'])('finds no call for what no call can say: %s', async (words) => {
    const query = `q=${encodeURIComponent(words)}`;

    expect(await idsAt(`/api/calls?${query}`)).toEqual([]);
    expect(await (await house.ask(`/api/calls.jsonl?${query}`)).text()).toBe('');
    expect(await (await house.ask(`/api/figures?${query}`)).json()).toEqual({ days: [] });
    expect(await (await house.ask(`/?${query}`)).text()).toContain('There are no such calls.');
  });

  it('says in dollars what a call cost, and no further than anybody counts', async () => {
    const answers = await Promise.all(
      ['/api/calls', '/api/calls.csv', '/api/calls.jsonl', '/api/figures', '/api/calls/CA1'].map(
        async (path) => (await house.ask(path)).text(),
      ),
    );

    for (const text of answers) expect(text.match(/\d\.\d{7,}/g)).toBeNull();
    expect(answers[0]).toMatch(/"cost":0\.\d{3,6}[,}]/);
  });

  it('U14: takes nothing for a prototype', async () => {
    await house.ask('/api/calls?__proto__=x&constructor=y');
    await house.ask('/api/calls/CA1/notes', {
      method: 'POST',
      body: JSON.parse('{"text":"a","__proto__":{"x":1}}'),
    });

    expect('x' in {}).toBe(false);
  });
});

describe('an export', () => {
  it('is made for the ninth who wants one, though eight before asked for theirs and left', async () => {
    const left: AbortSignal[] = [];
    let given = 0;
    let over = 0;
    const slow = {
      store: Object.create(house.store, {
        each: {
          value: async function* () {
            given += 1;
            const nth = given;
            await vi.waitUntil(() => nth > 8 || left.filter(({ aborted }) => aborted).length === nth);
            over = nth;
          },
        },
      }),
    };
    const other = await aReviewHouse(undefined, { room: slow });
    const make = vi.spyOn(other.parts.pages, 'make');
    for (let n = 1; n <= 8; n++) {
      const client = new AbortController();
      const asked = fetch(`${other.url}/api/calls.csv`, { signal: client.signal }).catch(() => null);
      await vi.waitUntil(() => given === n);
      left.push(make.mock.lastCall?.[1] ?? client.signal);
      client.abort();
      await asked;
      await vi.waitUntil(() => over === n);
    }

    expect((await other.ask('/api/calls.csv')).status).toBe(200);
    await other.close();
  });

  it('has a line for every call that was looked for', async () => {
    const csv = await (await house.ask('/api/calls.csv?number=555000000')).text();
    const jsonl = await (await house.ask('/api/calls.jsonl')).text();

    expect(csv.trimEnd().split('\r\n')).toHaveLength(8);
    expect(
      jsonl
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).callId),
    ).toContain('CAquiet');
  });

  it('U11: holds no more of it than the reader takes', async () => {
    let asked = 0;
    const card = await house.store.card('CA1');
    if (!card) throw new Error('There is no such call.');
    const endless = {
      store: Object.create(house.store, {
        each: {
          value: async function* () {
            for (; asked < 100_000; asked++) yield { ...card, summary: 'x'.repeat(1_000) };
          },
        },
      }),
    };
    const other = await aReviewHouse(undefined, { room: endless });

    const response = await other.ask('/api/calls.jsonl');
    const reader = response.body?.getReader();
    await reader?.read();
    const askedSoFar = asked;
    await reader?.cancel();
    await other.close();

    expect(askedSoFar).toBeGreaterThan(0);
    expect(asked).toBeLessThan(20_000);
  });

  it.each([
    '=1+1',
    '+1555',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    ' =1',
    '\u0000=1',
    '|cmd',
    '%0A',
    '＝1+1',
  ])('U4: makes no formula of %j', (text) => {
    expect(csvCell(text)).toMatch(/^"'/);
  });

  it('U4: keeps quotes, commas and lines within their cell', () => {
    expect(csvCell('a "b", c\nd')).toBe('"a ""b"", c\nd"');
    expect([csvCell(-1.5), csvCell(null), csvCell(true)]).toEqual(['-1.5', '', 'true']);
  });
});
