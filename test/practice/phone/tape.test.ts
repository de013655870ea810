import { describe, expect, it } from 'vitest';
import { readWav } from '../../../src/audio/wav.ts';
import { Tape } from '../../../src/practice/phone/tape.ts';
import { TestClock } from '../../support/test-clock.ts';

const frame = (code: number, ms = 20) => new Uint8Array(ms * 8).fill(code);

/** Which codes a lane has, and for how many samples each. */
function lanesOf(tape: Tape) {
  const { data } = readWav(tape.toWav());
  const laneOf = (side: number) => {
    const runs: [code: number, samples: number][] = [];
    for (const code of data.filter((_, at) => at % 2 === side)) {
      const last = runs.at(-1);
      if (last?.[0] === code) last[1] += 1;
      else runs.push([code, 1]);
    }
    return runs;
  };
  return { said: laneOf(0), heard: laneOf(1) };
}

describe('the tape of a practice call', () => {
  it('has the caller left and the agent right, each where it sounded, and is silent between', () => {
    const clock = new TestClock();
    clock.advance(5_000);
    const tape = new Tape(clock);

    tape.said(frame(1), clock.now());
    tape.heard(frame(2), clock.now() + 30);

    expect(lanesOf(tape)).toEqual({
      said: [
        [1, 160],
        [0xff, 240],
      ],
      heard: [
        [0xff, 240],
        [2, 160],
      ],
    });
  });

  it('has frames one behind the other, though a clock put them a little apart or over each other', () => {
    const tape = new Tape(new TestClock());
    const begunAt = new TestClock().now();

    tape.heard(frame(1), begunAt);
    tape.heard(frame(2), begunAt + 20.1); // a sample late: no click
    tape.heard(frame(3), begunAt + 35); // five milliseconds too early: behind it

    expect(lanesOf(tape).heard).toEqual([
      [1, 160],
      [2, 160],
      [3, 160],
    ]);
  });

  it('keeps what it has when it grows, and stops growing after half an hour', () => {
    const tape = new Tape(new TestClock());
    const begunAt = new TestClock().now();

    tape.heard(frame(1), begunAt);
    tape.heard(frame(2), begunAt + 61_000);
    tape.heard(frame(3), begunAt + 30 * 60_000);

    expect(lanesOf(tape).heard).toEqual([
      [1, 160],
      [0xff, 60_980 * 8],
      [2, 160],
    ]);
  });

  it('tells when the agent was cut off since it was put in', () => {
    const clock = new TestClock();
    clock.advance(5_000);
    const tape = new Tape(clock);

    tape.cut(clock.now() + 250);

    expect(tape.cutsMs).toEqual([250]);
  });
});
