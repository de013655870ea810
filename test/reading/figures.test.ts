import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DayShare, figuresOf, percentile } from '../../src/reading/figures.ts';

const aShare = (more: Partial<DayShare>): DayShare => ({
  day: 20_000,
  endReason: 'caller_hung_up',
  calls: 1,
  durationMs: 60_000,
  cost: 0.1,
  toolCalls: 0,
  toolFailures: 0,
  latencies: [],
  ...more,
});

describe('the figures of days', () => {
  it('sum up what calls amount to that ended differently', () => {
    const shares = [
      aShare({ calls: 3, durationMs: 180_000, toolCalls: 5, toolFailures: 2, latencies: [900, 700] }),
      aShare({ endReason: 'model_lost', calls: 2, durationMs: 20_000, cost: 0.2, latencies: [800] }),
      aShare({ endReason: null, calls: 1, durationMs: 5_000, cost: 0 }), // goes on
    ];

    expect(figuresOf(shares)).toEqual([
      {
        day: '2024-10-04',
        calls: 6,
        durationMs: 205_000,
        cost: 0.3, // and not 0.30000000000000004
        toolCalls: 5,
        toolFailures: 2,
        endReasons: { caller_hung_up: 3, model_lost: 2 },
        latencyP50Ms: 800,
        latencyP95Ms: 900,
      },
    ]);
  });

  it('stand oldest first, whatever the order in which they come, and each day once', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30_000 })), (days) => {
        const figures = figuresOf(days.map((day) => aShare({ day })));
        const names = figures.map(({ day }) => day);

        expect(names).toEqual([...new Set(names)].sort());
        expect(figures.reduce((sum, { calls }) => sum + calls, 0)).toBe(days.length);
      }),
    );
  });
});

describe('a percentile', () => {
  it('is one of the numbers, that so many of them do not exceed, and no lesser one would do', () => {
    const numbers = fc.array(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 1 });
    fc.assert(
      fc.property(numbers, fc.integer({ min: 1, max: 100 }), (all, percent) => {
        const found = percentile(all, percent) ?? Number.NaN;
        const wanted = (percent / 100) * all.length;

        expect(all).toContain(found);
        expect(all.filter((number) => number <= found).length).toBeGreaterThanOrEqual(wanted);
        expect(all.filter((number) => number < found).length).toBeLessThan(wanted);
      }),
    );
  });
});
