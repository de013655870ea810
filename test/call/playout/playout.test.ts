import { describe, expect, it } from 'vitest';
import { MarkPace } from '../../../src/call/playout/playout.ts';

/** When marks are sent, for pieces of 50 ms that are sent as they are heard. */
function marksOf(pace: MarkPace, untilMs: number): readonly number[] {
  const marks: number[] = [];
  const mark = (now: number) => {
    pace.marked();
    marks.push(now);
  };
  if (pace.begins(0)) mark(0);
  for (let now = 0; now < untilMs; now += 50) if (pace.sent(50, now)) mark(now);
  return marks;
}

describe('asking the phone how far it has come', () => {
  it('is done as sound begins, often in its first seconds, and seldom after that', () => {
    const marks = marksOf(new MarkPace(), 5_000);

    expect(marks.filter((now) => now < 1_500)).toHaveLength(11);
    expect(marks.filter((now) => now >= 1_500)).toHaveLength(7);
  });

  it('is no more work than that for a model that is only as fast as its sound', () => {
    const pace = new MarkPace();
    let begins = 0;
    for (let now = 0; now < 3_000; now += 20) if (pace.begins(now)) begins++;

    expect(begins).toBe(19);
  });
});
