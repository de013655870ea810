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
