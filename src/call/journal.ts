import type { Clock } from '../ports/clock.ts';
import type { CallFact, CallObserver } from '../ports/facts.ts';

/** The record of one call: numbers and stamps what happens, and tells whoever keeps or shows it. */
export class Journal {
  readonly #callId: string;
  readonly #clock: Clock;
  readonly #observer: CallObserver;
  readonly #startedAt: number;
  #seq = 0;
  #leg = 0;

  constructor(callId: string, clock: Clock, observer: CallObserver) {
    this.#callId = callId;
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

  note(fact: CallFact): void {
    const atMs = this.msAt(this.#clock.now());
    const leg = this.#leg > 0 && OF_A_LEG.has(fact.type) ? { leg: this.#leg } : {};
    this.#observer(this.#callId, { ...fact, ...leg, seq: ++this.#seq, atMs });
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
