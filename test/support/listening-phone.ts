import { waitingTone } from '../../src/call/playout/waiting-tone.ts';
import type { Cancel } from '../../src/ports/clock.ts';
import { type Journey, SimulatedPhone } from '../../src/testing/simulated-phone.ts';
import type { TestClock } from './test-clock.ts';

/**
 * A phone with somebody who listens closely: a test gives every item a sound of its own, one μ-law code repeated, and
 * they know how long they heard each.
 */
export class ListeningPhone extends SimulatedPhone {
  readonly arrivals: { readonly codes: ReadonlySet<number>; readonly atMs: number }[] = [];
  /** What was heard without a pause, with the time it began and ended at. */
  readonly stretches: { code: number; readonly fromMs: number; untilMs: number }[] = [];
  /** The most sound that ever waited at the phone. */
  mostWaitingMs = 0;
  readonly #clock: TestClock;
  readonly #latest: number[] = [];
  readonly #heardBytes = new Map<number, number>();

  constructor(clock: TestClock, journey: Partial<Journey> = {}, told: (what: string) => void = () => {}) {
    super(clock, {
      id: `phone-${++phones}`,
      journey,
      told,
      arrived: (audio) => {
        this.arrivals.push({ codes: new Set(audio), atMs: clock.now() });
        this.mostWaitingMs = Math.max(this.mostWaitingMs, this.waitingMs);
      },
      heard: (audio, atMs) => this.#hear(audio, atMs),
    });
    this.#clock = clock;
  }

  override play(audio: Uint8Array): void {
    const isOurs = Buffer.compare(audio, OURS) === 0;
    super.play(isOurs ? new Uint8Array(audio.length).fill(SILENT) : audio);
  }

  /** Its user is silent, frame by frame, from now on: that much arrives whatever becomes of the rest. */
  keepsSending(): Cancel {
    const silence = new Uint8Array(FRAME_MS * 8).fill(SILENT);
    let lineMs = 0;
    return this.#clock.every(FRAME_MS, () => {
      lineMs += FRAME_MS;
      this.says(silence, lineMs);
    });
  }

  /** How long this sound was heard, by now. */
  heardMs(code: number): number {
    void this.waitingMs; // what is due by now is heard by now
    return (this.#heardBytes.get(code) ?? 0) / 8;
  }

  /** What was heard since the last time this was asked. */
  takeHeard(): Uint8Array {
    void this.waitingMs;
    return Uint8Array.from(this.#latest.splice(0));
  }

  #hear(audio: Uint8Array, atMs: number): void {
    this.#latest.push(...audio);
    audio.forEach((code, at) => {
      this.#heardBytes.set(code, (this.#heardBytes.get(code) ?? 0) + 1);
      const [fromMs, untilMs] = [atMs + at / 8, atMs + (at + 1) / 8];
      const last = this.stretches.at(-1);
      if (last?.code === code && fromMs - last.untilMs < 0.5) last.untilMs = untilMs;
      else this.stretches.push({ code, fromMs, untilMs });
    });
  }
}

let phones = 0;

/** The one sound that no test has the model make: it is of many codes, which are those of items. */
const OURS = waitingTone('pcmu');
const FRAME_MS = 20;
const SILENT = 0xff;
