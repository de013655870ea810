import { describe, expect, it } from 'vitest';
import { PlaybackClock } from '../../src/call/playback-clock.ts';

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

  it('B2: takes a mark that is late by up to 400 ms for one with a long way back', () => {
    const clock = new PlaybackClock();
    sendMarked(clock, 'a', 0);
    sendMarked(clock, 'b', 0);
    clock.sent(1000, 0);

    clock.markReturned('a', 500);
    clock.markReturned('b', 1399);

    expect(clock.heardMs(1400)).toBe(1400);
  });

  it('believes a mark that is much later than the quickest: the phone has stalled', () => {
    const clock = new PlaybackClock();
    sendMarked(clock, 'a', 0);
    sendMarked(clock, 'b', 0);
    clock.sent(1000, 0);

    clock.markReturned('a', 530);
    clock.markReturned('b', 1830); // 800 ms later than "a" would have it

    expect(clock.heardMs(1830)).toBe(1030);
    expect(clock.heardMs(1930)).toBe(1130);
  });

  it('believes that the phone has not come past a mark that is long overdue', () => {
    const clock = new PlaybackClock();
    sendMarked(clock, 'a', 0);
    sendMarked(clock, 'b', 0);
    clock.sent(3000, 0);
    clock.markReturned('a', 520);

    expect(clock.heardMs(2500)).toBe(1020);
  });

  it('trusts the time again when a mark is gone for good', () => {
    const clock = new PlaybackClock();
    sendMarked(clock, 'a', 0);
    sendMarked(clock, 'lost', 0);
    clock.sent(9000, 0);
    clock.markReturned('a', 500);

    expect(clock.heardMs(7000)).toBe(7000);
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
