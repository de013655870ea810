import type { Cancel, Clock } from '../ports/clock.ts';
import type { CallEvent } from '../ports/facts.ts';
import { epochOf, type Lease } from '../ports/journal.ts';
import { PULSE } from './messages.ts';

/**
 * What the thread that carries sound shows to the one that keeps the log: that it does its work, and on how many calls.
 * The log's thread says for the process that it is there; but where this one hangs, its calls hang too.
 */
export class Pulse {
  readonly shown = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
  /** Those that go on, and in which epoch. */
  readonly #calls = new Map<string, number>();
  readonly stop: Cancel;

  constructor(clock: Clock) {
    this.stop = clock.every(PULSE_MS, () => Atomics.add(this.shown, PULSE.count, 1));
  }

  note(callId: string, { type, seq }: CallEvent): void {
    if (type === 'rang') this.#calls.set(callId, epochOf(seq));
    else if (type !== 'ended' || !this.#calls.delete(callId)) return;
    Atomics.store(this.shown, PULSE.liveCalls, this.#calls.size);
  }

  get leases(): readonly Lease[] {
    return [...this.#calls].map(([callId, epoch]) => ({ callId, epoch }));
  }

  /** The call is another process's by now. */
  letGo({ callId, epoch }: Lease): void {
    if (this.#calls.get(callId) === epoch) this.#calls.delete(callId);
    Atomics.store(this.shown, PULSE.liveCalls, this.#calls.size);
  }
}

const PULSE_MS = 100;
