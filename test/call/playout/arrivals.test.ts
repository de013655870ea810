import { describe, expect, it } from 'vitest';
import { Arrivals } from '../../../src/call/playout/arrivals.ts';

/** A line whose frames keep coming, each this much late, and that is looked at ten times a second. */
function aLine() {
  const arrivals = new Arrivals();
  let now = 0;
  const passes = (ms: number, lateMs = 0) => {
    for (const until = now + ms; now < until; ) {
      now += 20;
      arrivals.frameCame(now - lateMs, now);
      if (now % 100 === 0) arrivals.look(now);
    }
    return now;
  };
  return { arrivals, passes };
}

describe('what reaches the phone', () => {
  it('is known when a ping behind it is answered', () => {
    const { arrivals, passes } = aLine();
    arrivals.pinged('a', 500, passes(0));
    arrivals.pinged('b', 900, passes(200));

    arrivals.pongCame('a', passes(100));

    expect(arrivals.arrivedMs).toBe(500);
  });

  it('is known of each of two pings of the same moment', () => {
    const { arrivals, passes } = aLine();
    const now = passes(0);
    arrivals.pinged('a', 500, now);
    arrivals.pinged('b', 900, now);

    for (const name of ['a', 'b']) arrivals.pongCame(name, passes(20));

    expect(arrivals.arrivedMs).toBe(900);
  });

  it('is as late as its ping was later than the quickest, less what the frames are late by', () => {
    const { arrivals, passes } = aLine();
    const lateOf = (name: string, ms: number, framesLateMs: number) => {
      arrivals.pinged(name, 0, passes(0));
      arrivals.pongCame(name, passes(ms, framesLateMs));
      const now = passes(0);
      return arrivals.frameCame(now - framesLateMs, now);
    };

    expect(lateOf('quick', 80, 0)).toEqual([{ name: 'quick', lateMs: 0 }]);
    expect(lateOf('held up there', 480, 0)).toEqual([{ name: 'held up there', lateMs: 400 }]);
    expect(lateOf('held up here', 480, 400)).toEqual([{ name: 'held up here', lateMs: 0 }]);
    expect(lateOf('both', 680, 200)).toEqual([{ name: 'both', lateMs: 400 }]);
  });

  it('is not late because of a way back that has only just become slow', () => {
    const { arrivals, passes } = aLine();
    arrivals.pinged('quick', 0, passes(0));
    arrivals.pongCame('quick', passes(80));
    arrivals.pinged('slow', 0, passes(100));
    const now = passes(80) + 400; // where nothing comes for 400 ms, and then all at once

    arrivals.pongCame('slow', now);

    expect(arrivals.frameCame(now - 400, now)).toEqual([{ name: 'slow', lateMs: 0 }]);
  });

  it('is not known to be late where no frames come', () => {
    const arrivals = new Arrivals();
    arrivals.pinged('a', 0, 0);
    arrivals.pongCame('a', 50);
    arrivals.frameCame(0, 60);
    arrivals.pinged('b', 0, 100);
    arrivals.pongCame('b', 900);

    expect(arrivals.frameCame(1_000, 1_060)).toEqual([]);
  });

  it('is known from marks as well, whatever becomes of the pings', () => {
    const { arrivals, passes } = aLine();
    arrivals.pinged('a', 0, passes(0));
    arrivals.pongCame('a', passes(60));
    arrivals.pinged('lost', 400, passes(100));

    arrivals.markReturned(500, passes(500));
    arrivals.pinged('b', 700, passes(1_000));

    expect(arrivals.arrivedMs).toBe(500);
    expect(arrivals.isDeaf(0, passes(900))).toBe(false);
  });

  it('is nothing any more when a ping is not answered for longer than any journey', () => {
    const { arrivals, passes } = aLine();
    arrivals.pinged('a', 0, passes(0));
    arrivals.pongCame('a', passes(60));
    arrivals.pinged('b', 0, passes(100));

    expect([arrivals.isDeaf(5_000, passes(1_000)), arrivals.isDeaf(0, passes(400))]).toEqual([false, true]);
  });

  it('is nothing any more as soon where the first answer came from a phone that had taken nothing before', () => {
    const { arrivals, passes } = aLine();
    arrivals.pinged('a', 0, passes(0));
    arrivals.pongCame('a', passes(1_500));
    arrivals.pinged('b', 0, passes(100));

    expect([arrivals.isDeaf(0, passes(1_700)), arrivals.isDeaf(0, passes(200))]).toEqual([false, true]);
  });

  it('is told by the marks alone on a line that answers no pings', () => {
    const { arrivals, passes } = aLine();
    arrivals.pinged('a', 0, passes(0));

    expect([arrivals.isDeaf(1_000, passes(9_000)), arrivals.isDeaf(1_300, passes(0))]).toEqual([false, true]);
  });

  it('is not judged before what came during a stall of ours was read', () => {
    const { arrivals, passes } = aLine();
    arrivals.pinged('a', 0, passes(0));
    arrivals.pongCame('a', passes(60));
    arrivals.pinged('b', 0, passes(100));

    arrivals.look(3_000);
    const [before, after] = [arrivals.isDeaf(0, 3_000), arrivals.isDeaf(0, 3_301)];

    expect([before, after]).toEqual([false, true]);
  });

  it('is remembered of a few hundred pings at most', () => {
    const arrivals = new Arrivals();
    for (let i = 0; i < 10_000; i++) arrivals.pinged(`p${i}`, i, i);

    arrivals.pongCame('p1', 10_000);

    expect(arrivals.arrivedMs).toBeNull();
  });
});
