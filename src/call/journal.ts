import type { Clock } from '../ports/clock.ts';
import type { CallFact, CallObserver } from '../ports/facts.ts';
import { EPOCH_SPAN, type Lease } from '../ports/journal.ts';

/** The record of one call: numbers and stamps what happens, and tells whoever keeps or shows it. */
export class Journal {
  readonly lease: Lease;
  readonly #clock: Clock;
  readonly #observer: CallObserver;
  readonly #startedAt: number;
  #seq: number;
  #leg = 0;
  #isLetGo = false;

  constructor(lease: Lease, clock: Clock, observer: CallObserver) {
    this.lease = lease;
    this.#seq = lease.epoch * EPOCH_SPAN;
    this.#clock = clock;
    this.#observer = observer;
    this.#startedAt = clock.now();
  }

  /** A moment of the clock, on the call's own. */
  msAt(now: number): number {
    return Math.round(now - this.#startedAt);
  }

  /** What happens on a line from now on is on the next one. */
  nextLeg(): void {
    this.#leg += 1;
  }

  /** It is another process's from now on: nothing is noted here any more. */
  letGo(): void {
    this.#isLetGo = true;
  }

  note(fact: CallFact): void {
    if (this.#isLetGo) return;
    const atMs = this.msAt(this.#clock.now());
    const leg = this.#leg > 0 && OF_A_LEG.has(fact.type) ? { leg: this.#leg } : {};
    this.#observer(this.lease.callId, { ...fact, ...leg, seq: ++this.#seq, atMs });
  }
}

/** What belongs to the line it happens on. */
const OF_A_LEG: ReadonlySet<CallFact['type']> = new Set([
  'leg_joined',
  'leg_left',
  'caller_started_speaking',
  'caller_stopped_speaking',
  'caller_said',
  'agent_started_speaking',
  'agent_said',
  'held',
  'went_on',
  'interrupted',
  'digit',
  'digits',
]);
