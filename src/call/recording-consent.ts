import type { Clock } from '../ports/clock.ts';
import type { CallTap } from '../ports/leg.ts';
import type { CallPlan } from './call-plan.ts';
import type { Journal } from './journal.ts';

/**
 * Whether this call's sound is kept, and what the record says about that.
 *
 * A caller who is asked first is kept silent about until they agree; one who declines stays so for the whole call.
 */
export class RecordingConsent {
  readonly #tap: CallTap;
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #startsByItself: boolean;
  #state: 'waiting' | 'running' | 'paused' | 'off';

  constructor(wanted: CallPlan['recording'], tap: CallTap, journal: Journal, clock: Clock) {
    this.#tap = tap;
    this.#journal = journal;
    this.#clock = clock;
    this.#state = wanted === 'never' ? 'off' : 'waiting';
    this.#startsByItself = wanted === 'at_once';
  }

  /** The caller can be heard. */
  answered(): void {
    if (this.#startsByItself) this.resume();
  }

  resume(): void {
    const now = this.#clock.now();
    if (this.#state === 'waiting') this.#tap.start(now);
    else if (this.#state === 'paused') this.#tap.resume(now);
    else return;
    this.#journal.note({ type: 'recording', state: this.#state === 'waiting' ? 'started' : 'resumed' });
    this.#state = 'running';
  }

  pause(): void {
    if (this.#state === 'waiting') {
      this.#state = 'off';
      return this.#journal.note({ type: 'recording', state: 'declined' });
    }
    if (this.#state !== 'running') return;
    this.#state = 'paused';
    this.#tap.pause(this.#clock.now());
    this.#journal.note({ type: 'recording', state: 'paused' });
  }
}
