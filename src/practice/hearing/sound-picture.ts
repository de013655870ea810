/**
 * A picture of an utterance that does not depend on how loud it was: for each 10 ms a row of band levels in decibels,
 * seen from the average voice. The same words give nearly the same picture; a fault in the sound shows in it.
 */
import { framePowers } from './loudness.ts';
import { BANDS, bandPowers, type SpeechRate } from './spectrum.ts';

export interface SoundPicture {
  readonly rows: number;
  /** `BANDS` levels for each row, in decibels above or below the average voice. */
  readonly levels: Float64Array;
  /** The sum of squares of each row's levels. */
  readonly strengths: Float64Array;
  /** 1 for a row that is well audible. */
  readonly isSounding: Uint8Array;
  /** 1 for a row without any sound: a pause, or a hole where something was lost. */
  readonly isDead: Uint8Array;
  readonly soundingRows: number;
}

/** What in a band lies this far under the utterance's own level is nothing: a line's noise may fill it. */
const FLOOR_DB = -28;
const SOUNDING_DB = -12;
const DEAD_DB = -40;
/** The rows within this reach of the loudest make the utterance's own level. */
const LOUD_DB = -15;

/** The average voice is one level per band; an empty one leaves the levels as they are. */
export function paint(
  samples: Int16Array,
  sampleRate: SpeechRate,
  averageVoice: readonly number[],
): SoundPicture {
  const powers = bandPowers(samples, sampleRate);
  const rows = powers.length / BANDS;
  const isDead = silenceDeadRows(powers, framePowers(samples, sampleRate));
  const totals = sumsOfRows(powers);
  const ownPower = loudPower(totals);
  const bandPower = ownPower / BANDS;
  const floor = bandPower * powerRatio(FLOOR_DB);
  const levels = powers.map(
    (power, at) => 10 * Math.log10((power + floor) / bandPower) - (averageVoice[at % BANDS] ?? 0),
  );
  const isSounding = Uint8Array.from(totals, (total) => Number(total > ownPower * powerRatio(SOUNDING_DB)));
  return {
    rows,
    levels,
    strengths: sumsOfRows(levels.map((level) => level * level)),
    isSounding,
    isDead,
    soundingRows: isSounding.reduce((sum, one) => sum + one, 0),
  };
}

/** The level of each band where these utterances sound, in the mean. */
export function averageOf(pictures: readonly SoundPicture[]): readonly number[] {
  const sums = new Array<number>(BANDS).fill(0);
  let rows = 0;
  for (const picture of pictures) {
    rows += picture.soundingRows;
    picture.levels.forEach((level, at) => {
      const band = at % BANDS;
      if (picture.isSounding[(at - band) / BANDS] === 1) sums[band] = (sums[band] ?? 0) + level;
    });
  }
  return sums.map((sum) => sum / rows);
}

/** The mean power of the loud rows: the level at which the utterance was spoken. Never zero. */
export function loudPower(powers: Float64Array): number {
  const sorted = powers.toSorted();
  // Not the very loudest: a click must not make all speech look quiet.
  const loudest = sorted.at(-4) ?? sorted.at(-1) ?? 0;
  const loud = powers.filter((power) => power >= loudest * powerRatio(LOUD_DB));
  const sum = loud.reduce((total, power) => total + power, 0);
  return sum / Math.max(1, loud.length) + Number.EPSILON;
}

export function powerRatio(decibels: number): number {
  return 10 ** (decibels / 10);
}

/** A row's window reaches into its neighbours: what is a hole must not borrow their sound. */
function silenceDeadRows(powers: Float64Array, rowPowers: Float64Array): Uint8Array {
  const dead = loudPower(rowPowers) * powerRatio(DEAD_DB);
  return Uint8Array.from(rowPowers, (power, row) => {
    if (power > dead) return 0;
    powers.fill(0, row * BANDS, (row + 1) * BANDS);
    return 1;
  });
}

function sumsOfRows(values: Float64Array): Float64Array {
  const sums = new Float64Array(values.length / BANDS);
  values.forEach((value, at) => {
    const row = Math.floor(at / BANDS);
    sums[row] = (sums[row] ?? 0) + value;
  });
  return sums;
}

/*
 * How alike what was heard is to a known utterance: 1 for itself, about 0 for a stranger.
 *
 * The known utterance is laid over the heard one, row by row, wherever it fits best. Time does not stretch: a row of
 * the known one is found in the next row heard, or it was lost on the way, and that costs. So does speech that the
 * known utterance does not account for.
 */

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
