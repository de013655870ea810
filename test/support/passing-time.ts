import type { TestClock } from './test-clock.ts';

/** Time passes on a test clock, and what is sent over real sockets of this process meanwhile arrives. */
export async function passing(clock: TestClock, ms: number): Promise<void> {
  for (let passedMs = 0; passedMs < ms; passedMs += STEP_MS) {
    clock.advance(Math.min(STEP_MS, ms - passedMs));
    for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
}

const STEP_MS = 20;

/** There and back, with a turn of the loop to be read in on either side, and some. */
const TURNS = 6;
