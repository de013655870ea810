import type { LoadResult } from './load.ts';
import { medianOf, type Spread } from './samples.ts';

const COLUMNS = [
  '',
  'calls',
  'CPU ms/call-s',
  '× floor',
  'up p50/p99',
  'down p50/p99',
  'clear p50/p99',
  'kB/call',
  'lost',
  'late',
  'bench load',
];
const WIDTHS = [28, 5, 13, 16, 12, 12, 13, 7, 4, 4, 10];

export function heading(): string {
  return line(COLUMNS);
}

/** Rounds of one server, beside those of the floor: each was measured right after its own. */
export function row(
  name: string,
  calls: number,
  rounds: readonly LoadResult[],
  floor: readonly LoadResult[] | undefined,
): string {
  const last = roundOf(rounds, -1);
  const ratios = rounds.flatMap((round, i) =>
    floor ? [round.cpuMsPerCallSecond / roundOf(floor, i).cpuMsPerCallSecond] : [],
  );
  return line([
    name,
    String(calls),
    medianOf(rounds.map((round) => round.cpuMsPerCallSecond)).toFixed(2),
    ratios.length === 0
      ? '–'
      : `${medianOf(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`,
    spread(last.soFar.up),
    spread(last.soFar.down),
    last.soFar.clear.count > 0 ? spread(last.soFar.clear) : '–',
    Math.max(0, ...rounds.map((round) => round.memoryKbPerCall)).toFixed(0),
    String(rounds.reduce((total, round) => total + round.framesLost, 0)),
    String(last.soFar.framesLate),
    Math.max(...rounds.map((round) => round.ownLoad)).toFixed(2),
  ]);
}

/** How wrong the model was told to be about what was heard. */
export function summary(rounds: readonly LoadResult[]): string {
  const { heardError, gaps, unjudged } = roundOf(rounds, -1).soFar;
  const parts = Object.entries(heardError).map(
    ([name, { count, p99, most }]) => `${name} ${p99.toFixed(1)} (worst ${most.toFixed(1)}, of ${count})`,
  );
  return `  audio_end_ms off by, p99 in ms: ${parts.join('; ')}; gaps heard: ${gaps}; not judged, as their phones were held up themselves: ${unjudged}`;
}

function roundOf(rounds: readonly LoadResult[], at: number): LoadResult {
  const round = rounds.at(at);
  if (!round) throw new RangeError(`There was no round ${at}.`);
  return round;
}

function spread({ p50, p99 }: Spread): string {
  return `${p50.toFixed(1)}/${p99.toFixed(1)}`;
}

function line(cells: readonly string[]): string {
  return cells
    .map((cell, i) => (i === 0 ? cell.padEnd(WIDTHS[i] ?? 0) : cell.padStart(WIDTHS[i] ?? 0)))
    .join('  ');
}
