import { describe, expect, it } from 'vitest';
import { stolenLine } from '../../src/bench/stalls.ts';

describe('what others took of the cores during a bench', () => {
  it('is told as a share of all their time', () => {
    const before = [100, 0, 100, 700, 0, 0, 0, 50, 0, 0];
    const after = [300, 0, 200, 1_300, 0, 0, 0, 150, 0, 0];

    expect(stolenLine(before, after)).toContain(' 10.0 % ');
  });

  it('is not made up where the system does not tell', () => {
    expect(stolenLine([], [])).toContain('does not tell');
  });
});
