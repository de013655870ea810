import type { Delay } from '../../src/testing/simulated-phone.ts';

/** Ways in which marks are late on a line that is sound otherwise; none by more than a second. */
export const MARK_DELAYS = {
  'not at all': () => 0,
  '120 ms, every time': () => 120,
  '1,000 ms, every time': () => 1_000,
  '100 to 600 ms at random': (random) => () => 100 + 500 * random(),
  '0 to 1,000 ms at random': (random) => () => 1_000 * random(),
  '600 ms, one in twenty': (random) => () => (random() < 1 / 20 ? 600 : 20),
  '1,000 ms, one in five': (random) => () => (random() < 1 / 5 ? 1_000 : 0),
  'until the next of every 900 ms': () => (now) => 900 - (now % 900),
  'ever longer, and then less again': () => (now) => Math.abs((now % 20_000) - 10_000) / 10,
  'nothing for 3 s, 1,000 ms for the next 3 s': () => (now) => (now % 6_000 < 3_000 ? 0 : 1_000),
} as const satisfies Record<string, (random: () => number) => Delay>;

/** Random enough, and the same every time. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
