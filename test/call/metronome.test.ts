import { describe, expect, it } from 'vitest';
import { Metronome } from '../../src/call/metronome.ts';
import { TestClock } from '../support/test-clock.ts';

describe('the beat of all calls', () => {
  it('comes to each of them ten times a second, and never to more than a tenth of them at once', () => {
    const clock = new TestClock();
    const metronome = new Metronome(clock);
    const beats: { readonly call: number; readonly at: number }[] = [];
    for (let call = 0; call < 100; call++) metronome.join((at) => void beats.push({ call, at }));

    clock.advance(1_000);

    const perCall = Array.from({ length: 100 }, (_, call) => beats.filter((beat) => beat.call === call));
    expect(new Set(perCall.map(({ length }) => length))).toEqual(new Set([10]));
    for (const its of perCall) expect((its[9]?.at ?? 0) - (its[0]?.at ?? 0)).toBe(900);
    const perMoment = Map.groupBy(beats, ({ at }) => at);
    expect(Math.max(...[...perMoment.values()].map(({ length }) => length))).toBe(10);
  });

  it('keeps its places when it is late once', () => {
    const clock = new TestClock();
    const metronome = new Metronome(clock);
    const beats: number[] = [];
    const startedAt = clock.now();
    metronome.join((at) => void beats.push(at - startedAt));

    clock.advance(150);
    clock.stall(130);
    clock.advance(220);

    expect(beats).toEqual([100, 280, 300, 400, 500]);
  });

  it('gives the place of a call that is over to the next', () => {
    const clock = new TestClock();
    const metronome = new Metronome(clock);
    const leaves = Array.from({ length: 20 }, () => metronome.join(() => {}));
    for (const leave of leaves.filter((_, call) => call % 10 === 3)) leave();
    const startedAt = clock.now();
    const beats: number[] = [];

    metronome.join((at) => void beats.push(at - startedAt));
    clock.advance(100);

    expect(beats).toEqual([70]);
  });

  it('stops with the last call', () => {
    const clock = new TestClock();
    const metronome = new Metronome(clock);
    const leaves = Array.from({ length: 20 }, () => metronome.join(() => {}));
    clock.advance(1_000);

    for (const leave of leaves) leave();
    for (const leave of leaves) leave();

    expect(clock.timers).toBe(0);
  });
});
