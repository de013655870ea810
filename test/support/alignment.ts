/** How much later a recording has what was really said or heard in one stretch of a call. */
export interface Offset {
  /** Where the stretch begins, on the truth's clock. */
  readonly atMs: number;
  /** Positive: the recording has it later. */
  readonly ms: number;
  /** How alike the two are then: 1 is the same sound. */
  readonly likeness: number;
}

/**
 * Lays a recording beside the truth, in stretches of a second, each half a second further on. `behindMs` is what the
 * recording's clock shows when the truth's shows 0. Stretches in which neither has any sound tell nothing.
 */
export function offsets(recorded: Int16Array, truth: Int16Array, behindMs: number): readonly Offset[] {
  const found: Offset[] = [];
  const behind = Math.round(behindMs * PER_MS);
  for (let from = 0; from + WINDOW <= truth.length; from += WINDOW / 2) {
    const wanted = truth.subarray(from, from + WINDOW);
    const around = stretch(recorded, from + behind - MOST_LAG, WINDOW + 2 * MOST_LAG);
    const isSound = isLoud(wanted) || isLoud(around.subarray(MOST_LAG, MOST_LAG + WINDOW));
    if (isSound) found.push({ atMs: from / PER_MS, ...bestLag(around, wanted) });
  }
  return found;
}

export interface Spread {
  readonly stretches: number;
  readonly medianMs: number;
  /** How far off the others are from a place, in any direction. */
  readonly p99Ms: number;
  readonly worstMs: number;
  readonly leastLikeness: number;
}

/** How far off these are from the right place, which is 0. */
export function spreadOf(found: readonly Offset[]): Spread {
  const away = found.map(({ ms }) => Math.abs(ms)).sort((a, b) => a - b);
  return {
    stretches: found.length,
    medianMs: medianMs(found),
    p99Ms: away[Math.ceil(0.99 * away.length) - 1] ?? Number.NaN,
    worstMs: away.at(-1) ?? Number.NaN,
    leastLikeness: Math.min(...found.map(({ likeness }) => likeness)),
  };
}

export function medianMs(found: readonly Offset[]): number {
  const sorted = found.map(({ ms }) => ms).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Where `wanted` is found in what is around its place: looked for from there outwards, until it is the same sound. */
function bestLag(around: Int16Array, wanted: Int16Array): { ms: number; likeness: number } {
  let best = { ms: Number.NaN, likeness: -1 };
  const ofWanted = energy(wanted);
  for (let step = 0; step <= 2 * MOST_LAG && best.likeness < SAME; step++) {
    const lag = step % 2 === 0 ? step / 2 : -(step + 1) / 2;
    const found = around.subarray(MOST_LAG + lag, MOST_LAG + lag + wanted.length);
    let product = 0;
    for (let n = 0; n < wanted.length; n++) product += (found[n] ?? 0) * (wanted[n] ?? 0);
    const likeness = product / Math.sqrt(Math.max(1, energy(found) * ofWanted));
    if (likeness > best.likeness) best = { ms: lag / PER_MS, likeness };
  }
  return best;
}

/** A stretch of a sound, which may reach over its ends: there it is silent. */
function stretch(sound: Int16Array, from: number, length: number): Int16Array {
  const found = new Int16Array(length);
  found.set(sound.subarray(Math.max(0, from), Math.max(0, from + length)), Math.max(0, -from));
  return found;
}

function isLoud(sound: Int16Array): boolean {
  return energy(sound) > LEAST_SOUND * LOUD ** 2;
}

function energy(sound: Int16Array): number {
  let sum = 0;
  for (const sample of sound) sum += sample * sample;
  return sum;
}

const PER_MS = 8;
const WINDOW = 1_000 * PER_MS;
/** Further off than this it is not the same moment of the call. */
const MOST_LAG = 60 * PER_MS;
/** As good as the same bytes. */
const SAME = 0.999_99;
/** 50 ms of a voice that is easy to hear: less tells no place. */
const LEAST_SOUND = 50 * PER_MS;
const LOUD = 1_000;
