import type { Cancel, Clock } from '../ports/clock.ts';

/**
 * What every call has to look after in step with the sound, with few timers for all calls.
 *
 * Each is looked after ten times a second, but not all of them in the same moment: what a hundred calls do in one
 * go is late for whatever comes meanwhile. The tenth of a second has as many slots, and a call gets the emptiest.
 */
export class Metronome {
  readonly #clock: Clock;
  readonly #slots: readonly Slot[];
  #startedAt: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#slots = PHASES_MS.map((phaseMs) => ({ phaseMs, beats: new Set(), stop: null }));
  }

  join(beat: (now: number) => void): Cancel {
    this.#startedAt ??= this.#clock.now();
    const slot = this.#slots.reduce((emptiest, each) =>
      each.beats.size < emptiest.beats.size ? each : emptiest,
    );
    slot.beats.add(beat);
    if (slot.stop === null) this.#wait(slot, this.#startedAt + slot.phaseMs, this.#clock.now());
    return () => leave(slot, beat);
  }

  /** Until the next turn after this, by the count since the start: one that is late makes no later one late. */
  #wait(slot: Slot, startedAt: number, after: number): void {
    const dueAt = startedAt + (Math.floor((after - startedAt) / BEAT_MS) + 1) * BEAT_MS;
    slot.stop = this.#clock.after(Math.max(0, dueAt - this.#clock.now()), () => {
      const now = this.#clock.now();
      this.#wait(slot, startedAt, Math.max(now, dueAt)); // timers may be early by a fraction
      for (const beat of slot.beats) beat(now);
    });
  }
}

interface Slot {
  readonly phaseMs: number;
  readonly beats: Set<(now: number) => void>;
  stop: Cancel | null;
}

function leave(slot: Slot, beat: (now: number) => void): void {
  slot.beats.delete(beat);
  if (slot.beats.size > 0) return;
  slot.stop?.();
  slot.stop = null;
}

/** Fine enough for a lead of hundreds of milliseconds. */
const BEAT_MS = 100;

/** In the order in which they are taken, so that a few calls are as far apart as many. */
const PHASES_MS = [0, 50, 20, 70, 40, 90, 10, 60, 30, 80];
