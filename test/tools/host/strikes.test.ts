import { describe, expect, it } from 'vitest';
import { Strikes } from '../../../src/tools/host/strikes.ts';

const MINUTE = 60_000;

function struckAt(...times: readonly number[]) {
  const strikes = new Strikes();
  for (const now of times) strikes.struck('exit', now);
  return strikes;
}

describe('a tool that ends its thread', () => {
  it('stays in service while it does so less than three times in ten minutes', () => {
    const strikes = struckAt(0, 9 * MINUTE, 11 * MINUTE, 20 * MINUTE);

    expect(strikes.admit('exit', 20 * MINUTE)).toBe('alone');
    expect(strikes.admit('exit', 31 * MINUTE)).toBe('freely');
  });

  it('is out of service for a minute when it does so three times in ten', () => {
    const strikes = struckAt(0, 1, 2);

    expect(strikes.admit('exit', 3)).toBe('not');
    expect(strikes.admit('exit', MINUTE + 1)).toBe('not');
    expect(strikes.admit('quick', 3)).toBe('freely');
  });

  it('is tried with one run at a time, and is back when that one comes through', () => {
    const strikes = struckAt(0, 1, 2);

    expect(strikes.admit('exit', MINUTE + 2)).toBe('alone');
    expect(strikes.admit('exit', MINUTE + 3)).toBe('not');
    expect(strikes.survived('exit')).toBe(true);
    expect(strikes.admit('exit', MINUTE + 4)).toBe('freely');
    expect(strikes.survived('exit')).toBe(false);
  });

  it('is out for twice as long whenever a trial fails, up to ten minutes', () => {
    const strikes = struckAt(0, 1, 2);
    let now = 2;
    const pauses: number[] = [];
    for (let trial = 1; trial <= 6; trial += 1) {
      const from = now;
      while (strikes.admit('exit', now) === 'not') now += MINUTE / 2;
      pauses.push((now - from) / MINUTE);
      strikes.struck('exit', now);
    }

    expect(pauses).toEqual([1, 2, 4, 8, 10, 10]);
  });

  it('is tried again when its trial came to nothing for another reason', () => {
    const strikes = struckAt(0, 1, 2);
    strikes.admit('exit', 2 * MINUTE);

    strikes.undecided('exit');

    expect(strikes.admit('exit', 2 * MINUTE)).toBe('alone');
  });

  it('runs alone for ten minutes when it may have been another', () => {
    const strikes = new Strikes();
    strikes.suspected('wait', 0);

    expect(strikes.admit('wait', 9 * MINUTE)).toBe('alone');
    expect(strikes.admit('wait', 11 * MINUTE)).toBe('freely');
  });
});
