import type { Brain, Prompt } from '../practice/model/index.ts';

/**
 * What the model says on the bench: constant levels in place of words, one for each item, so that the phone can
 * count to the byte how much it heard of each. Both directions of our resampler, and G.711, let a constant pass.
 */
export interface Situation {
  readonly name: string;
  /** How long the items of the answer are. */
  readonly itemsMs: readonly number[];
  /** How long into the answer the caller begins to speak: from, and up to; null hears it to its end. */
  readonly cutMs: readonly [number, number] | null;
}

/** The caller's speech is noticed some 80 ms after it begins. */
const SITUATIONS: readonly Situation[] = [
  { name: 'one answer', itemsMs: [8000], cutMs: [1500, 4500] },
  { name: 'heard to its end', itemsMs: [2500], cutMs: null },
  { name: 'after one heard to its end', itemsMs: [8000], cutMs: [1500, 4500] },
  { name: 'two queued', itemsMs: [2000, 6000], cutMs: [600, 4500] },
  { name: 'first delta of a queued one', itemsMs: [2500, 6000], cutMs: [2440, 2560] },
];

/** One level for each place in an answer, and others in the next answer: exact values of G.711. */
const LEVELS = [
  [7932, -7932],
  [3900, -3900],
] as const;

export function levelOf(turn: number, item: number): number {
  return LEVELS[turn % 2]?.[item % 2] ?? 0;
}

export function situationOf(turn: number): Situation {
  const situation = SITUATIONS[turn % SITUATIONS.length];
  if (!situation) throw new RangeError(`There is no situation ${turn}.`);
  return situation;
}

/** Thinks as long as it then speaks, so that it speaks about half of the time. `first`: with which situation a call begins. */
export function benchBrain(thinkMs: number, first: (prompt: Prompt) => number): Brain {
  const sounds = new Map<string, Int16Array>();
  /** Made once: the model keeps what it has encoded. */
  const sound = (ms: number, level: number): Int16Array => {
    const known = sounds.get(`${ms} ${level}`) ?? new Int16Array(ms * 24).fill(level);
    sounds.set(`${ms} ${level}`, known);
    return known;
  };
  return {
    answer(prompt) {
      const { items, request } = prompt;
      const turn = items.filter((item) => item.type === 'user').length - 1;
      if (request || turn < 0) return { outputs: [], thinkMs: 0 }; // a greeting: not on the bench
      const outputs = situationOf(first(prompt) + turn).itemsMs.map((ms, item) => ({
        type: 'speech' as const,
        text: 'A level.',
        samples: sound(ms, levelOf(turn, item)),
      }));
      return { outputs, thinkMs };
    },
  };
}
