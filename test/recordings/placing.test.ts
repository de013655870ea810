import { describe, expect, it } from 'vitest';
import { LineClock, MarkEchoes, Pauses } from '../../src/recordings/placing.ts';

describe('the line’s clock', () => {
  it('goes by the frame that came the shortest way, also for those that come late', () => {
    const clock = new LineClock();

    expect(clock.callMs(0, 540)).toBe(540);
    expect(clock.callMs(20, 520)).toBe(520);
    expect(clock.callMs(40, 900)).toBe(540);
  });

  it('forgets a short way after a while, for two clocks drift apart', () => {
    const clock = new LineClock();
    clock.callMs(0, 500);
    for (let lineMs = 20; lineMs <= 25_000; lineMs += 20) clock.callMs(lineMs, lineMs + 530);

    expect(clock.callMs(25_020, 25_550)).toBe(25_550);
  });

  it('still knows the short way of the stretch before, so that no one slow stretch moves the call', () => {
    const clock = new LineClock();
    clock.callMs(0, 500);

    expect(clock.callMs(10_020, 10_560)).toBe(10_520);
  });

  it('begins anew where the line counts from nought again, or has left something out', () => {
    const clock = new LineClock();
    clock.callMs(5_000, 5_500);

    expect(clock.callMs(0, 6_000)).toBe(6_000);
    expect(clock.callMs(20, 6_020)).toBe(6_020);
    expect(clock.callMs(40, 7_900)).toBe(7_900);
  });
});

describe('the marks of a stretch of sound', () => {
  it('say nothing of a stretch when they belong to the one before', () => {
    const echoes = new MarkEchoes();
    echoes.begin(0);
    echoes.marked('old', 500);
    echoes.begin(1_000);
    echoes.returned('old', 1_900);

    expect(echoes.lateMs).toBe(0);
  });

  it('say something once each, the quickest counts, and a name that is not known does not', () => {
    const echoes = new MarkEchoes();
    echoes.begin(1_000);
    echoes.marked('a', 1_200);
    echoes.marked('b', 1_400);
    echoes.returned('a', 1_290);
    echoes.returned('b', 1_460);
    echoes.returned('a', 1_210);
    echoes.returned('nobody’s', 1_001);

    expect([echoes.lateMs, echoes.heardFromMs]).toEqual([60, 1_060]);
  });

  it('say nothing any more when what they stand behind was cleared', () => {
    const echoes = new MarkEchoes();
    echoes.begin(1_000);
    echoes.marked('a', 1_400);
    echoes.cleared();
    echoes.returned('a', 1_050);

    expect(echoes.lateMs).toBe(0);
  });

  it('are kept of a phone that never answers no more than it can owe, the latest ones', () => {
    const echoes = new MarkEchoes();
    echoes.begin(0);
    for (let n = 1; n <= 201; n++) echoes.marked(`${n}`, n);
    echoes.returned('1', 31);
    expect(echoes.lateMs).toBe(0);

    echoes.returned('2', 42);
    expect(echoes.lateMs).toBe(40);
  });
});

describe('what may be kept of a call', () => {
  const started = (at = 0) => {
    const pauses = new Pauses();
    pauses.resume(at);
    return pauses;
  };

  it('is nothing before it is started', () => {
    expect(new Pauses().allowed({ from: 0, until: 10 })).toEqual([]);
    expect(started(100).allowed({ from: 50, until: 150 })).toEqual([{ from: 100, until: 150 }]);
  });

  it('is what lies around a pause, to the sample, also where the sound comes after its end', () => {
    const pauses = started();
    pauses.pause(100);
    expect(pauses.allowed({ from: 50, until: 150 })).toEqual([{ from: 50, until: 100 }]);

    pauses.resume(200);
    expect(pauses.allowed({ from: 50, until: 250 })).toEqual([
      { from: 50, until: 100 },
      { from: 200, until: 250 },
    ]);
    expect(pauses.allowed({ from: 100, until: 200 })).toEqual([]);
    expect(pauses.allowed({ from: 0, until: 100 })).toEqual([{ from: 0, until: 100 }]);
  });

  it('does not grow by a second pause within the first, and nothing ends what was not begun', () => {
    const pauses = started();
    pauses.pause(100);
    pauses.pause(150);
    pauses.resume(200);
    pauses.resume(300);

    expect(pauses.allowed({ from: 90, until: 210 })).toEqual([
      { from: 90, until: 100 },
      { from: 200, until: 210 },
    ]);
  });

  it('is parted by every pause that lies within it', () => {
    const pauses = started();
    for (const at of [10, 30, 50]) {
      pauses.pause(at);
      pauses.resume(at + 10);
    }

    expect(pauses.allowed({ from: 0, until: 70 }).map(({ from, until }) => [from, until])).toEqual([
      [0, 10],
      [20, 30],
      [40, 50],
      [60, 70],
    ]);
  });
});
