/**
 * How alike what was heard is to a known utterance: 1 for itself, about 0 for a stranger.
 *
 * The known utterance is laid over the heard one, row by row, wherever it fits best. Time does not stretch: a row of
 * the known one is found in the next row heard, or it was lost on the way, and that costs. So does speech that the
 * known utterance does not account for.
 */
import type { SoundPicture } from './sound-picture.ts';
import { BANDS } from './spectrum.ts';

/** A quiet row tells little: silence is like any silence. */
const QUIET_WEIGHT = 0.25;
/** The price of a lost row: so dear that somebody speaking faster does not pass for somebody with losses. */
const LOST = -0.6;
/** What a hole in a word is worth: worse than a strange sound, so that more than a few do not pass. */
const HOLE = -0.4;
/**
 * A good line takes sound away (a lost packet, a soft word) and adds little; distortion, a wrong coding and a second
 * voice add. So what is louder than it should be by more than this counts against the likeness, with this weight.
 */
const TOLERATED_EXCESS_DB = 10;
const EXCESS_WEIGHT = 4;
/** With more or less sound in it than this many times the known utterance's, it cannot be that. */
const MOST_SOUND = 1.4;
const LEAST_SOUND = 0.7;
/** More of it than this cannot have been lost: no need to look further afield. */
const MOST_LOST = 0.2;

export function likeness(heard: SoundPicture, known: SoundPicture): number {
  const sound = heard.soundingRows / known.soundingRows;
  if (sound > MOST_SOUND || sound < LEAST_SOUND) return 0;
  const weights = Array.from(known.isSounding, rowWeight);
  const fullScore = weights.reduce((sum, weight) => sum + weight, 0);
  const { scores, starts } = layOver(heard, known, weights);
  const soundBefore = runningSums(heard.isSounding);
  let best = 0;
  for (const [end, score] of scores.entries()) {
    const covered = (soundBefore[end + 1] ?? 0) - (soundBefore[starts[end] ?? 0] ?? 0);
    best = Math.max(best, score / (fullScore + heard.soundingRows - covered));
  }
  return best;
}

function rowWeight(isSounding: number): number {
  return isSounding === 1 ? 1 : QUIET_WEIGHT;
}

interface Overlay {
  /** For each row heard: the score of the best way to lay the known utterance that ends there. */
  readonly scores: Float64Array;
  /** Where that way begins. */
  readonly starts: Int32Array;
}

function layOver(heard: SoundPicture, known: SoundPicture, weights: readonly number[]): Overlay {
  const scores = new Float64Array(heard.rows).fill(Number.NEGATIVE_INFINITY);
  const starts = Int32Array.from({ length: heard.rows }, (_, at) => at);
  const mostLost = Math.ceil(known.rows * MOST_LOST);
  for (const [row, weight] of weights.entries()) {
    const first = Math.max(0, row - mostLost);
    const last = Math.min(heard.rows - 1, heard.rows - known.rows + row + mostLost);
    // From the end, so that the entry before still tells of the known row before.
    for (let at = last; at >= first; at--) {
      const gain = weight * rowLikeness(heard, at, known, row);
      if (row === 0) {
        scores[at] = gain;
        continue;
      }
      const found = at === 0 ? Number.NEGATIVE_INFINITY : (scores[at - 1] ?? 0) + gain;
      const lost = (scores[at] ?? 0) + LOST * weight;
      scores[at] = Math.max(found, lost);
      if (found > lost) starts[at] = starts[at - 1] ?? 0;
    }
  }
  return { scores, starts };
}

/** 1 for the same sound, about 0 for a strange one, below that for sound where there should be none. */
function rowLikeness(heard: SoundPicture, at: number, known: SoundPicture, row: number): number {
  if (heard.isDead[at] === 1 && known.isSounding[row] === 1) return HOLE;
  const a = heard.levels;
  const b = known.levels;
  let product = 0;
  let excess = 0;
  for (let band = 0, i = at * BANDS, j = row * BANDS; band < BANDS; band++, i++, j++) {
    const level = a[i] ?? 0;
    const due = b[j] ?? 0;
    product += level * due;
    const over = level - due - TOLERATED_EXCESS_DB;
    if (over > 0) excess += over * over;
  }
  const strengths = (heard.strengths[at] ?? 0) + (known.strengths[row] ?? 0) + Number.EPSILON;
  return (2 * product - EXCESS_WEIGHT * excess) / strengths;
}

function runningSums(values: Uint8Array): Int32Array {
  const sums = new Int32Array(values.length + 1);
  values.forEach((value, at) => {
    sums[at + 1] = (sums[at] ?? 0) + value;
  });
  return sums;
}
