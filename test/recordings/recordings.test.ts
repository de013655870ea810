import { describe, expect, it } from 'vitest';
import { HealthBoard } from '../../src/journal/health.ts';
import { Recordings } from '../../src/recordings/recordings.ts';
import { TestClock } from '../support/test-clock.ts';

describe('the recordings of a process', () => {
  it('let go of every call that is over, whether it was recorded or not', () => {
    const clock = new TestClock();
    const ended: string[] = [];
    const thread = { sound: () => true, soundEnded: (callId: string) => void ended.push(callId) };
    const health = new HealthBoard(
      () => 0,
      () => {},
    );
    const recordings = new Recordings(thread, clock, health);
    const recorded = recordings.record('CA1', 0);
    const unrecorded = recordings.record('CA2', 0);
    recorded.start(0);
    expect(clock.timers).toBe(1);

    recorded.end(1_000);
    unrecorded.end(1_000);

    expect(clock.timers).toBe(0); // nobody is looked after any more
    expect(ended).toEqual(['CA1', 'CA2']);
  });
});
