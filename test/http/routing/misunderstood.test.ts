import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { nearName } from '../../../src/http/routing/misunderstood.ts';
import { aReviewHouse, type ReviewHouse } from '../../support/a-review-house.ts';

let house: ReviewHouse;
beforeAll(async () => {
  house = await aReviewHouse();
  await house.keep('CA1');
  house.live.rings('CAlive');
});
afterAll(() => house.close());

const refusal = async (response: Response) => {
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  const { error } = z.strictObject({ error: z.string() }).parse(await response.json());
  return [response.status, error];
};
const sends = async (path: string, body: string, contentType = 'application/json', method = 'POST') =>
  refusal(
    await fetch(`${house.url}${path}`, {
      method,
      headers: { Origin: house.url, 'Content-Type': contentType },
      body,
    }),
  );

describe('a request of the API that is not understood', () => {
  it.each([
    ['/api/calls?agnet=front-desk', 'There is no parameter agnet. Did you mean agent?'],
    ['/api/calls?agnet=', 'There is no parameter agnet. Did you mean agent?'],
    ['/api/calls?Limit=3', 'There is no parameter Limit. Did you mean limit?'],
    ['/api/calls.csv?form=1', 'There is no parameter form. Did you mean from?'],
    ['/api/calls/CA1?verbose=1', 'There is no parameter verbose: this route takes none.'],
    ['/api/live?q=1', 'There is no parameter q: this route takes none.'],
  ])('says which parameter there is not, and which was meant: %s', async (path, sentence) => {
    expect(await refusal(await house.ask(path))).toEqual([
      400,
      `This request was not understood. ${sentence}`,
    ]);
  });

  it('says which parameters there are where none is like it', async () => {
    const [status, sentence] = await refusal(await house.ask('/api/figures?colour=red'));

    expect(status).toBe(400);
    expect(sentence).toMatch(/There is no parameter colour: there are q, from, to, tz, agent, .*, tag\.$/);
  });

  it('says no more than fits a few lines, whatever was sent', async () => {
    const names = Array.from({ length: 100 }, (_, n) => `a-name-that-nobody-knows-${n}=1`).join('&');
    const [, sentence] = await refusal(await house.ask(`/api/calls?${names}`));

    expect(String(sentence).length).toBeLessThan(700);
  });

  it.each(['{"text": ', '{text: 1}', '"a word"', 'null', '', '{"text":"a"}}'])(
    'says so in JSON where the body is none: %s',
    async (body) => {
      const [status, sentence] = await sends('/api/calls/CA1/notes', body);

      expect([status, sentence]).toEqual([400, expect.stringMatching(/^This request was not understood\. /)]);
    },
  );

  it('says what was wrong with the body', async () => {
    expect(await sends('/api/calls/CA1/notes', '{"text": ')).toEqual([
      400,
      'This request was not understood. The body has to be one JSON object, and is none.',
    ]);
    expect(await sends('/api/calls/CA1/notes', `{"text":"${'a'.repeat(100_000)}"}`)).toEqual([
      413,
      'The body is too long: at most 64 KB are read.',
    ]);
    expect(await sends('/api/calls/CA1/notes', '{"txet":"a"}')).toEqual([
      400,
      expect.stringContaining('There is no field txet. Did you mean text?'),
    ]);
    expect(await sends('/api/live/CAlive/hang-up', '{"reason":"late"}')).toEqual([
      400,
      'This request was not understood. There is no field reason: this route takes none.',
    ]);
    expect(await sends('/api/calls/CA1/notes', 'text=hello', 'application/x-www-form-urlencoded')).toEqual([
      415,
      'Send the body as JSON, with Content-Type: application/json.',
    ]);
    expect(await house.store.card('CA1')).toMatchObject({ notes: [] });
  });

  it('is answered in JSON as well where there is no such route, or its path cannot be read', async () => {
    expect(await refusal(await house.ask('/api/cals'))).toEqual([
      404,
      expect.stringContaining('openapi.json'),
    ]);
    expect(await refusal(await house.ask('/api/calls/%E0%A4%A'))).toEqual([400, expect.any(String)]);
    expect(house.crashes).toEqual([]);
  });
});

describe('a page', () => {
  it('bears what others have added to its address', async () => {
    expect((await house.ask('/?utm_source=mail')).status).toBe(200);
    const numbers = await (await house.ask('/numbers?utm_source=mail&agent=front-desk')).text();

    expect(numbers).toContain('data-figures="/api/figures?agent=front-desk"');
  });
});

describe('a name that was written wrongly', () => {
  it('is nearest to one that differs by a slip or two, and to none that is another word', () => {
    const names = ['agent', 'from', 'to', 'tool', 'tag', 'after'];

    expect(['agents', 'tagent', 'form', 'TOOL', 'tga'].map((name) => nearName(name, names))).toEqual([
      'agent',
      'agent',
      'from',
      'tool',
      'tag',
    ]);
    expect(['colour', 'x', '', 'nothing'].map((name) => nearName(name, names))).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  it('is nearest to the one with the fewest slips, wherever that stands', () => {
    expect(nearName('agentt', ['argent', 'agent', 'agents'])).toBe('agent');
  });

  it('has two slips only where it is long enough for them, and none where it is two letters long', () => {
    expect([nearName('laency', ['latency']), nearName('laenci', ['latency'])]).toEqual([
      'latency',
      'latency',
    ]);
    expect([nearName('fraem', ['from']), nearName('tp', ['to']), nearName('TO', ['to'])]).toEqual([
      null,
      null,
      'to',
    ]);
  });

  it('is found again whichever letter is left out, doubled, or has changed places with its neighbour', () => {
    const name = fc.stringMatching(/^[a-z]{4,12}$/);
    fc.assert(
      fc.property(name, fc.nat(), (meant, n) => {
        const at = n % (meant.length - 1);
        const [head, letter, next, tail] = [
          meant.slice(0, at),
          meant[at] ?? '',
          meant[at + 1] ?? '',
          meant.slice(at + 2),
        ];
        const slips = [
          `${head}${next}${tail}`,
          `${head}${letter}${letter}${next}${tail}`,
          `${head}${next}${letter}${tail}`,
          `${head}-${next}${tail}`,
          meant.toUpperCase(),
        ];

        expect(slips.map((written) => nearName(written, [meant]))).toEqual(slips.map(() => meant));
      }),
    );
  });
});
