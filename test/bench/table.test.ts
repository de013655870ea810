import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LoadResult } from '../../src/bench/load.ts';
import { medianOf, spreadOf } from '../../src/bench/samples.ts';
import { heading, row, summary } from '../../src/bench/table.ts';

describe('how samples spread', () => {
  it('is told in values that were really measured, whatever their order', () => {
    const samples = Array.from({ length: 200 }, (_, i) => 200 - i); // 200 … 1

    expect(spreadOf(samples)).toEqual({ count: 200, p50: 101, p99: 199, most: 200 });
    expect(spreadOf([])).toEqual({ count: 0, p50: 0, p99: 0, most: 0 });
    expect(medianOf([9, 1, 100])).toBe(9);
  });

  it('never has a share of them beyond the most, nor before the middle', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), (samples) => {
        const { p50, p99, most } = spreadOf(samples);
        expect(most).toBe(Math.max(...samples));
        expect([p50, p99, most]).toEqual([p50, p99, most].sort((a, b) => a - b));
        expect(samples.filter((sample) => sample <= p50).length * 2).toBeGreaterThanOrEqual(samples.length);
      }),
    );
  });
});

const NONE = { count: 0, p50: 0, p99: 0, most: 0 };

function aRound(more: Partial<LoadResult>, soFar: Partial<LoadResult['soFar']> = {}): LoadResult {
  return {
    cpuMsPerCallSecond: 1,
    memoryKbPerCall: 0,
    framesSent: 0,
    framesLost: 0,
    ownLoad: 0,
    ...more,
    soFar: {
      up: NONE,
      down: NONE,
      clear: NONE,
      heardError: {},
      gaps: 0,
      unjudged: 0,
      framesLate: 0,
      ...soFar,
    },
  };
}

const cellsOf = (line: string) => line.trim().split(/ {2,}/);

describe('a row of the bench', () => {
  const rounds = [
    aRound({ cpuMsPerCallSecond: 2, memoryKbPerCall: -5, framesLost: 1, ownLoad: 0.5 }),
    aRound({ cpuMsPerCallSecond: 12, memoryKbPerCall: 40, framesLost: 2, ownLoad: 0.25 }),
    aRound(
      { cpuMsPerCallSecond: 3, memoryKbPerCall: 30, framesLost: 0, ownLoad: 0.3 },
      {
        up: { count: 9, p50: 1.04, p99: 2.5, most: 3 },
        down: { count: 9, p50: 4, p99: 5, most: 6 },
        framesLate: 7,
      },
    ),
  ];

  it('has the middle round’s time, the sum of what was lost, the most of what was used, the last of what adds up', () => {
    expect(cellsOf(row('ringdown', 20, rounds, undefined))).toEqual([
      'ringdown',
      '20',
      '3.00',
      '–',
      '1.0/2.5',
      '4.0/5.0',
      '–', // nobody cut in
      '40',
      '3',
      '7',
      '0.50',
    ]);
  });

  it('compares each round with the floor’s own beside it', () => {
    const floor = [1, 4, 2].map((cpuMsPerCallSecond) => aRound({ cpuMsPerCallSecond }));

    expect(cellsOf(row('ringdown', 20, rounds, floor))[3]).toBe('2.00 (1.50–3.00)');
  });

  it('stands in the columns of its heading', () => {
    expect(row('ringdown', 20, rounds, rounds)).toHaveLength(heading().length);
  });

  it('is none without a round', () => {
    expect(() => row('ringdown', 20, [], undefined)).toThrow('There was no round');
  });

  it('says of the last round how wrong the model was told to be', () => {
    const heardError = { 'one answer': { count: 12, p50: 0.4, p99: 2.25, most: 9 } };

    expect(summary([aRound({}), aRound({}, { heardError, gaps: 1, unjudged: 2 })])).toContain(
      'one answer 2.3 (worst 9.0, of 12); gaps heard: 1; not judged, as their phones were held up themselves: 2',
    );
  });
});
