/**
 * Whether a short block of sound is that of a key: two tones, one of each group, which make up most of its power
 * and are about equally loud. Speech spreads its power over many harmonics.
 */
import { DTMF_COLUMNS_HZ, DTMF_ROWS_HZ, type DtmfKey, keyAt } from './dtmf-keys.ts';

/** 12.75 ms at 8 kHz: long enough to tell rows 73 Hz apart, short enough to fit twice into the shortest press. */
export const BLOCK_SAMPLES = 102;

/** The power of each keypad tone in a block, and of everything. A sine has half the square of its amplitude. */
export interface TonePowers {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly whole: number;
}

/** A key, and which of the rows and of the columns it belongs to. */
export interface HeardKey {
  readonly key: DtmfKey;
  readonly row: number;
  readonly column: number;
}

/** -34 dBm0, amplitude 452: quieter tones are no key. */
const QUIETEST_POWER = 452 ** 2 / 2;

/** The part of a block's power that the two tones must have: with less, vowels pass; with more, noisy lines do not. */
const PURITY = 0.75;

/** A tone stands out from the other three of its group by 6 dB. */
const PROMINENCE = 10 ** 0.6;

/** Lines weaken high tones: the column may be 12 dB below the row, but only 6 dB above it. */
const LEAST_TWIST = 10 ** -1.2;
const MOST_TWIST = 10 ** 0.6;

export function measureTones(block: Float64Array): TonePowers {
  const powerAt = (hz: number): number => tonePower(block, hz);
  let squares = 0;
  for (const sample of block) squares += sample * sample;
  return {
    rows: DTMF_ROWS_HZ.map(powerAt),
    columns: DTMF_COLUMNS_HZ.map(powerAt),
    whole: squares / block.length,
  };
}

export function keyHeard({ rows, columns, whole }: TonePowers): HeardKey | null {
  const rowPower = Math.max(...rows);
  const columnPower = Math.max(...columns);
  const isLoud = Math.min(rowPower, columnPower) >= QUIETEST_POWER;
  const isPure = rowPower + columnPower >= PURITY * whole;
  const isEven = columnPower >= LEAST_TWIST * rowPower && columnPower <= MOST_TWIST * rowPower;
  if (!isLoud || !isPure || !isEven || !standsOut(rowPower, rows) || !standsOut(columnPower, columns)) {
    return null;
  }
  const row = rows.indexOf(rowPower);
  const column = columns.indexOf(columnPower);
  const key = keyAt(row, column);
  return key && { key, row, column };
}

function standsOut(power: number, group: readonly number[]): boolean {
  return group.filter((other) => other * PROMINENCE > power).length === 1; // nobody but itself
}

/** Goertzel's recursion: one bin of a Fourier transform, at any frequency. */
function tonePower(block: Float64Array, hz: number): number {
  const turn = 2 * Math.cos((2 * Math.PI * hz) / 8000);
  let last = 0;
  let beforeLast = 0;
  for (const sample of block) {
    const next = sample + turn * last - beforeLast;
    beforeLast = last;
    last = next;
  }
  return (2 * (last * last + beforeLast * beforeLast - turn * last * beforeLast)) / block.length ** 2;
}
