import type { EndReason } from '../../ports/call-log.ts';
import type { DayFigures } from '../../ports/call-store.ts';
import type { CardDraft } from './card.ts';
import { percentile } from './percentile.ts';

/** Sums calls up, day by day. */
export class DailySums {
  readonly #days = new Map<string, Day>();

  add({ card, workings }: CardDraft): void {
    const name = new Date(card.startedWallMs).toISOString().slice(0, 10);
    const day = this.#days.get(name) ?? blankDay();
    this.#days.set(name, day);
    day.calls++;
    day.durationMs += card.durationMs;
    day.latencies.push(...workings.latencies);
    day.cost += card.cost ?? 0;
    day.toolCalls += workings.toolCalls;
    day.toolFailures += card.toolFailures;
    if (card.endReason) day.endReasons[card.endReason] = (day.endReasons[card.endReason] ?? 0) + 1;
  }

  /** Oldest first. Days without calls are left out. */
  figures(): readonly DayFigures[] {
    return [...this.#days]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([day, { latencies, ...sums }]) => ({
        day,
        ...sums,
        latencyP50Ms: percentile(latencies, 50),
        latencyP95Ms: percentile(latencies, 95),
      }));
  }
}

interface Day {
  calls: number;
  durationMs: number;
  readonly latencies: number[];
  cost: number;
  toolCalls: number;
  toolFailures: number;
  readonly endReasons: Partial<Record<EndReason, number>>;
}

function blankDay(): Day {
  return { calls: 0, durationMs: 0, latencies: [], cost: 0, toolCalls: 0, toolFailures: 0, endReasons: {} };
}
