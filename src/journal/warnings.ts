import { unreachable } from '../errors.ts';
import type { Cancel, Clock } from '../ports/clock.ts';
import type { CallLog } from './call-log.ts';
import type { LogHealth, LogTrouble } from './health.ts';

/** What whoever reads the calls has to know about them: why some may be missing. */
export function warningsOf(log: Pick<CallLog, 'health' | 'setAside' | 'wasRemoved'>): readonly string[] {
  const { health, setAside, wasRemoved } = log;
  const warnings: string[] = [];
  if (health.status === 'degraded') {
    const what = health.troubles.map(wordsFor).join(' ');
    const waiting = health.waitingEvents > 0 ? ` ${health.waitingEvents} events wait in memory.` : '';
    warnings.push(`${what} Calls go on.${waiting}`);
  }
  if (setAside.length > 0) {
    const logs = setAside.length === 1 ? 'A call log was' : `${setAside.length} call logs were`;
    warnings.push(
      `${logs} set aside: some calls are missing here. On the server, “npm run doctor” says what is in there and how to bring it back.`,
    );
  }
  if (wasRemoved)
    warnings.push('The call log was removed while it was in use: calls from before that are missing here.');
  return warnings;
}

function wordsFor(trouble: LogTrouble): string {
  switch (trouble) {
    case 'store_locked':
      return 'Another program keeps the call log locked.';
    case 'store_full':
      return 'The disk of the call log is full.';
    case 'store_unwritable':
    case 'folder_unwritable':
      return 'The folder of the call log cannot be written to.';
    case 'store_unreachable':
      return 'The database of the call log cannot be reached.';
    case 'store_slow':
      return 'The call log does not answer.';
    case 'store_corrupt':
      return 'The call log is damaged.';
    case 'store_newer':
      return 'The call log belongs to a newer version of this program.';
    case 'store_closed':
      return 'The call log is closed.';
    case 'store_failed':
    case 'bad_data':
      return 'The call log cannot be written to.';
    case 'spool_full':
      return 'The call log has been away for too long: what happens on calls is lost.';
    case 'recording_failed':
      return 'Recordings cannot be written.';
    default:
      return unreachable(trouble);
  }
}

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
