import type { LoadResult } from './load.ts';
import type { Spread } from './samples.ts';

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
const WIDTHS = [18, 5, 13, 7, 12, 12, 13, 7, 4, 4, 10];

export function heading(): string {
  return line(COLUMNS);
}

export function row(name: string, calls: number, result: LoadResult, floor: LoadResult): string {
  return line([
    name,
    String(calls),
    result.cpuMsPerCallSecond.toFixed(2),
    (result.cpuMsPerCallSecond / floor.cpuMsPerCallSecond).toFixed(2),
    spread(result.up),
    spread(result.down),
    result.clear.count > 0 ? spread(result.clear) : '–',
    result.memoryKbPerCall.toFixed(0),
    String(result.framesLost),
    String(result.framesLate),
    result.ownLoad.toFixed(2),
  ]);
}

/** How wrong the model was told to be about what was heard. */
export function summary(result: LoadResult): string {
  const parts = Object.entries(result.heardError).map(
    ([name, { count, p99, most }]) => `${name} ${p99.toFixed(1)} (worst ${most.toFixed(1)}, of ${count})`,
  );
  return `  audio_end_ms off by, p99 in ms: ${parts.join('; ')}`;
}

function spread({ p50, p99 }: Spread): string {
  return `${p50.toFixed(1)}/${p99.toFixed(1)}`;
}

function line(cells: readonly string[]): string {
  return cells
    .map((cell, i) => (i === 0 ? cell.padEnd(WIDTHS[i] ?? 0) : cell.padStart(WIDTHS[i] ?? 0)))
    .join('  ');
}
