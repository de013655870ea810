import type { Cancel, Clock } from '../ports/clock.ts';

/** One timer for all calls: what every call has to look after in step with the sound. */
export class Metronome {
  readonly #clock: Clock;
  readonly #beats = new Set<(now: number) => void>();
  #stop: Cancel | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  join(beat: (now: number) => void): Cancel {
    this.#beats.add(beat);
    this.#stop ??= this.#clock.every(BEAT_MS, () => this.#beat());
    return () => this.#leave(beat);
  }

  #leave(beat: (now: number) => void): void {
    this.#beats.delete(beat);
    if (this.#beats.size > 0) return;
    this.#stop?.();
    this.#stop = null;
  }

  #beat(): void {
    const now = this.#clock.now();
    for (const beat of this.#beats) beat(now);
  }
}

/** Fine enough for a lead of hundreds of milliseconds. */
const BEAT_MS = 100;
