import type { CallState } from '../ports/call-state.ts';
import type { Clock } from '../ports/clock.ts';
import type { CallFact, CallObserver } from '../ports/facts.ts';
import { EPOCH_SPAN, type Lease } from '../ports/journal.ts';
import { Recollection } from './recall.ts';

/** The record of one call: numbers and stamps what happens, tells whoever keeps or shows it, and knows what is so. */
export class Journal {
  readonly lease: Lease;
  readonly #clock: Clock;
  readonly #observer: CallObserver;
  readonly #startedAt: number;
  readonly #memory = new Recollection();
  #seq: number;
  #leg = 0;
  #session = 0;
  #isLetGo = false;

  constructor(lease: Lease, clock: Clock, observer: CallObserver) {
    this.lease = lease;
    this.#seq = lease.epoch * EPOCH_SPAN;
    this.#clock = clock;
    this.#observer = observer;
    this.#startedAt = clock.now();
  }

  /** What the record says is so, for whoever has to go on from there. */
  get state(): CallState {
    return this.#memory.state;
  }

  /** A moment of the clock, on the call's own. */
  msAt(now: number): number {
    return Math.round(now - this.#startedAt);
  }

  /** What happens on a line from now on is on the next one. */
  nextLeg(): void {
    this.#leg += 1;
  }

  /** What the model says and does from now on is in the next session. */
  nextSession(): void {
    this.#session += 1;
  }

  /** It is another process's: nothing is noted here any more. */
  get isLetGo(): boolean {
    return this.#isLetGo;
  }

  /** It is another process's from now on. */
  letGo(): void {
    this.#isLetGo = true;
  }

  note(fact: CallFact): void {
    if (this.#isLetGo) return;
    const atMs = this.msAt(this.#clock.now());
    const leg = this.#leg > 0 && OF_A_LEG.has(fact.type) ? { leg: this.#leg } : {};
    const session = this.#session > 0 && OF_A_SESSION.has(fact.type) ? { session: this.#session } : {};
    const event = { ...fact, ...leg, ...session, seq: ++this.#seq, atMs };
    this.#memory.follow(event);
    this.#observer(this.lease.callId, event);
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

/** What a model has heard, said or done. */
const OF_A_SESSION: ReadonlySet<CallFact['type']> = new Set([
  'model_ready',
  'model_lost',
  'caller_started_speaking',
  'caller_stopped_speaking',
  'caller_said',
  'agent_started_speaking',
  'agent_said',
  'agent_wrote',
  'held',
  'went_on',
  'interrupted',
  'response_done',
  'tool_called',
  'tool_returned',
]);
