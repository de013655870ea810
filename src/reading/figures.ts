import type { EndReason } from '../ports/facts.ts';
import type { DayFigures } from '../ports/store.ts';
import { countable } from './cost.ts';

/** Calls of one day that ended alike, summed up. */
export interface DayShare {
  /** Since 1970, in UTC. */
  readonly day: number;
  readonly endReason: EndReason | null;
  readonly calls: number;
  readonly durationMs: number;
  readonly cost: number;
  readonly toolCalls: number;
  readonly toolFailures: number;
  readonly latencies: readonly number[];
}

/** The days of all shares, oldest first. Days without calls are left out. */
export function figuresOf(shares: Iterable<DayShare>): readonly DayFigures[] {
  const days = new Map<number, Day>();
  for (const share of shares) {
    const day = days.get(share.day) ?? blankDay();
    days.set(share.day, day);
    day.calls += share.calls;
    day.durationMs += share.durationMs;
    day.latencies = day.latencies.concat(share.latencies);
    day.cost += share.cost;
    day.toolCalls += share.toolCalls;
    day.toolFailures += share.toolFailures;
    if (share.endReason) day.endReasons[share.endReason] = share.calls;
  }
  return [...days]
    .sort(([one], [other]) => one - other)
    .map(([day, { latencies, ...sums }]) => ({
      day: new Date(day * DAY_MS).toISOString().slice(0, 10),
      ...sums,
      cost: countable(sums.cost),
      latencyP50Ms: percentile(latencies, 50),
      latencyP95Ms: percentile(latencies, 95),
    }));
}

interface Day {
  calls: number;
  durationMs: number;
  latencies: readonly number[];
  cost: number;
  toolCalls: number;
  toolFailures: number;
  readonly endReasons: Partial<Record<EndReason, number>>;
}

function blankDay(): Day {
  return { calls: 0, durationMs: 0, latencies: [], cost: 0, toolCalls: 0, toolFailures: 0, endReasons: {} };
}

/** In both stores' SQL as well. */
export const DAY_MS = 86_400_000;

/** The least of the numbers that so many per cent of them do not exceed; null when there are none. */
export function percentile(numbers: readonly number[], percent: number): number | null {
  const sorted = Float64Array.from(numbers).sort();
  const rank = Math.ceil((percent / 100) * sorted.length);
  return sorted[Math.max(0, rank - 1)] ?? null;
}
