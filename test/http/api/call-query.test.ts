import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callFilter, callQueryOf, lookedFor } from '../../../src/http/api/call-query.ts';

const queryOf = (address: string) =>
  callQueryOf(callFilter.parse(Object.fromEntries(new URLSearchParams(address))));

describe('what an address asks of the store', () => {
  it.each([
    ['cost=0.5', { leastCost: 0.5 }],
    ['latency=800', { leastLatencyMs: 800 }],
    ['longer=20', { leastDurationMs: 20_000 }],
    ['shorter=1.5', { mostDurationMs: 1_500 }],
    ['interruptions=0', { leastInterruptions: 0 }],
    ['trouble=problem', { hasProblem: true }],
    ['trouble=tool', { hasToolFailure: true }],
    ['live=no', { isLive: false }],
    ['reviewed=no', { isReviewed: false }],
    ['tag=angry', { tag: 'angry' }],
    ['agent=desk&number=0142', { agent: 'desk', number: '0142' }],
    ['', {}],
  ])('is no more and no less than it says: %s', (address, query) => {
    expect(queryOf(address)).toEqual(query);
  });

  it('has the last day to its last millisecond, and nothing of the next', () => {
    expect(queryOf('from=2026-03-01&to=2026-03-01')).toEqual({
      fromWallMs: Date.UTC(2026, 2, 1),
      toWallMs: Date.UTC(2026, 2, 2) - 1,
    });
  });

  it('begins and ends its days as the clock of a reader west of Greenwich has them', () => {
    expect(queryOf('from=2026-03-01&to=2026-03-02&tz=300')).toEqual({
      fromWallMs: Date.UTC(2026, 2, 1, 5),
      toWallMs: Date.UTC(2026, 2, 3, 5) - 1,
    });
  });

  it('has every moment in exactly one day, wherever the reader is', () => {
    const day = (at: number) => new Date(at).toISOString().slice(0, 10);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: -840, max: 840 }), (wallMs, tz) => {
        const own = day(wallMs - tz * 60_000);
        const isIn = (name: string) => {
          const { fromWallMs = 0, toWallMs = 0 } = queryOf(`from=${name}&to=${name}&tz=${tz}`);
          return fromWallMs <= wallMs && wallMs <= toWallMs;
        };
        const [before, after] = [-1, 1].map((days) => day(Date.parse(own) + days * 86_400_000));

        expect([before, own, after].map((name) => isIn(name ?? ''))).toEqual([false, true, false]);
      }),
      { numRuns: 50 },
    );
  });
});

describe('an address that is handed on', () => {
  it('keeps what is looked for, without empty fields, places on the way, and what others put there', () => {
    const address = new URLSearchParams('q=lost+key&from=&after=x7&limit=5&utm_source=mail&columns=cost');

    expect(lookedFor(address)).toBe('q=lost+key');
    expect(lookedFor(address, 'columns')).toBe('q=lost+key&columns=cost');
  });
});
