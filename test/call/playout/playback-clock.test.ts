import { describe, expect, it } from 'vitest';
import { PlaybackClock } from '../../../src/call/playout/playback-clock.ts';

/** Half a second of sound with a mark at its end, sent at this time. */
function sendMarked(clock: PlaybackClock, name: string, now: number): void {
  clock.sent(500, now);
  clock.marked(name, now);
}

describe('the playback clock', () => {
  it('reckons that the phone plays one second per second, from when it was sent something', () => {
    const clock = new PlaybackClock();
    clock.sent(1000, 0);

    expect([0, 400, 1000, 5000].map((now) => clock.heardMs(now))).toEqual([0, 400, 1000, 1000]);
    expect(clock.leadMs(400)).toBe(600);
  });

  it('does not count the time in which there was nothing to play', () => {
    const clock = new PlaybackClock();
    clock.sent(500, 0);
    clock.sent(500, 2000);

    expect(clock.heardMs(2300)).toBe(800);
  });

  it('B10: takes a mark that is late by up to a second for one with a long way back', () => {
    const clock = new PlaybackClock();
    sendMarked(clock, 'a', 0);
    sendMarked(clock, 'b', 0);
    clock.sent(1000, 0);

    clock.markReturned('a', 500);
    clock.markReturned('b', 1999);

    expect(clock.heardMs(1400)).toBe(1400);
  });

  it('believes a mark that is later than any way is long: the phone has stalled', () => {
    const clock = new PlaybackClock();
    sendMarked(clock, 'a', 0);
    sendMarked(clock, 'b', 0);
    clock.sent(3000, 0);

    clock.markReturned('a', 530);
    clock.markReturned('b', 2530); // 1500 ms later than "a" would have it

    expect(clock.heardMs(2530)).toBe(1030);
    expect(clock.heardMs(2630)).toBe(1130);
  });

  it('counts what was heard before sound came that was held up, and what after it', () => {
    const clock = new PlaybackClock();
    clock.sent(400, 0);
    clock.sent(2000, 300);
    clock.pinged('p', 300);

    clock.arrived('p', 600); // at 900, when the phone had been silent for 500 ms

    expect([1000, 1500].map((now) => clock.heardMs(now))).toEqual([500, 1000]);
  });

  it('loses nothing to sound that was held up, and still came before it was needed', () => {
    const clock = new PlaybackClock();
    clock.sent(400, 0);
    clock.sent(2000, 100);
    clock.pinged('p', 100);

    clock.arrived('p', 300);

    expect(clock.heardMs(1000)).toBe(1000);
  });

  it('counts the time that several pieces were held up for once', () => {
    const clock = new PlaybackClock();
    clock.sent(200, 0);
    for (const name of ['p', 'q', 'r']) {
      const at = 100 * (name.charCodeAt(0) - 111);
      clock.sent(100, at);
      clock.pinged(name, at);
    }
    clock.sent(2000, 300);

    for (const [name, late] of [
      ['p', 700],
      ['q', 600],
      ['r', 500],
    ] as const)
      clock.arrived(name, late); // all at 800

    expect(clock.heardMs(1000)).toBe(400);
  });

  it('is asked as often as one likes, and answers the same', () => {
    const ask = (often: boolean) => {
      const clock = new PlaybackClock();
      sendMarked(clock, 'a', 0);
      sendMarked(clock, 'b', 0);
      clock.sent(9000, 0);
      clock.markReturned('a', 500);
      if (often) for (let now = 500; now < 8000; now += 20) clock.heardMs(now);
      clock.markReturned('b', 8000);
      return [clock.heardMs(8000), clock.overdueMs(8500)];
    };

    expect(ask(true)).toEqual(ask(false));
  });

  it('is told by a later mark that the phone has come past one that was lost', () => {
    const clock = new PlaybackClock();
    for (const name of ['a', 'lost', 'c']) sendMarked(clock, name, 0);
    clock.sent(3000, 0);
    clock.markReturned('a', 500);
    clock.markReturned('c', 1500);

    expect(clock.heardMs(2200)).toBe(2200);
  });

  it('goes by the time alone on a line that gives no marks back', () => {
    const clock = new PlaybackClock();
    for (let i = 0; i < 20; i++) sendMarked(clock, `m${i}`, 0);

    expect(clock.heardMs(6000)).toBe(6000);
  });

  it('follows a phone that is ahead of us', () => {
    const clock = new PlaybackClock();
    sendMarked(clock, 'a', 0);
    clock.sent(1000, 0);

    clock.markReturned('a', 450);

    expect(clock.heardMs(450)).toBe(500);
    expect(clock.heardMs(550)).toBe(600);
  });

  it('takes no sound for late because its ping was sent later', () => {
    const clock = new PlaybackClock();
    clock.sent(30, 0);
    clock.sent(360, 0); // needed at 30
    clock.pinged('p', 160); // at 160

    clock.arrived('p', 0);

    expect(clock.heardMs(200)).toBe(200);
  });

  it('B4: learns nothing from a mark of before a clear', () => {
    const clock = new PlaybackClock();
    sendMarked(clock, 'a', 0);
    clock.sent(1000, 0);
    clock.cleared(300);
    clock.sent(1000, 300);

    clock.markReturned('a', 310);

    expect(clock.heardMs(400)).toBe(400);
    expect(clock.sentMs).toBe(1300);
  });

  it('remembers no more than a few hundred marks of a phone that never answers', () => {
    const clock = new PlaybackClock();
    for (let i = 0; i < 10_000; i++) sendMarked(clock, `m${i}`, i * 500);

    clock.markReturned('m1', 5_000_000);

    expect(clock.heardMs(5_000_000)).toBe(5_000_000);
  });
});
