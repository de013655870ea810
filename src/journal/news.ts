import type { Cancel, Clock } from '../ports/clock.ts';
import type { LogHealth, LogTrouble } from './health.ts';

/** What is worth a line for whoever runs the house. */
export type LogNews =
  | { readonly type: 'trouble'; readonly health: LogHealth & { readonly status: 'degraded' } }
  | { readonly type: 'over' }
  | { readonly type: 'events_lost'; readonly count: number };

/**
 * Says each trouble of the call log once, and once that it is over. A full disk comes and goes many times a second: it
 * is over when nothing has been heard of it for a while.
 */
export class LogReporter {
  readonly #clock: Clock;
  readonly #say: (news: LogNews) => void;
  readonly #said = new Set<LogTrouble>();
  #untilOver: Cancel | null = null;
  #lost = 0;
  #untilLost: Cancel | null = null;

  constructor(clock: Clock, say: (news: LogNews) => void) {
    this.#clock = clock;
    this.#say = say;
  }

  changed(health: LogHealth): void {
    this.#untilOver?.();
    this.#untilOver = null;
    if (health.status === 'ok') {
      this.#untilOver = this.#clock.after(OVER_MS, () => this.#over());
      return;
    }
    const isNews = health.troubles.some((trouble) => !this.#said.has(trouble));
    for (const trouble of health.troubles) this.#said.add(trouble);
    if (isNews) this.#say({ type: 'trouble', health });
  }

  /** The first ones at once, and then how many more there were in every minute. */
  lost(count: number): void {
    this.#lost += count;
    if (!this.#untilLost) this.#sayLost();
  }

  /** Nothing is said any more. */
  close(): void {
    this.#untilOver?.();
    this.#untilLost?.();
  }

  #sayLost(): void {
    this.#untilLost = null;
    if (this.#lost === 0) return;
    this.#say({ type: 'events_lost', count: this.#lost });
    this.#lost = 0;
    this.#untilLost = this.#clock.after(LOST_EVERY_MS, () => this.#sayLost());
  }

  #over(): void {
    this.#untilOver = null;
    if (this.#said.size === 0) return;
    this.#said.clear();
    this.#say({ type: 'over' });
  }
}

const OVER_MS = 5_000;
const LOST_EVERY_MS = 60_000;
