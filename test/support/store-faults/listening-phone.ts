import { FRAME_MS } from '../../../src/audio/format.ts';
import { MULAW_DECODED } from '../../../src/audio/g711.ts';
import { dtmfTone } from '../../../src/bench/dtmf-tone.ts';
import { systemClock } from '../../../src/ports/clock.ts';
import { DIAL_DEFAULTS, dial } from '../../../src/practice/phone/dial.ts';
import type { PhoneLine } from '../../../src/practice/phone/line.ts';
import { ANSWER_MS, LEVEL } from './answer.ts';

/** What one phone has noticed of how its sound came. Milliseconds. */
export interface Heard {
  /** Silences in the middle of an answer, where there should have been sound. */
  readonly gapsMs: readonly number[];
  /** The least sound that waited at the phone when more of an answer came. */
  readonly leastLeadMs: number;
  /** How long the caller's frames were on their way to the model. */
  readonly upMs: readonly number[];
  readonly answers: number;
  /** Begun, and not heard to their end. */
  readonly brokenAnswers: number;
  /** The line was closed, and not by the caller. */
  readonly wasDropped: boolean;
}

/** A practice phone whose user asks again and again, hears every answer out, and notices every frame that is late. */
export class ListeningPhone {
  readonly #gapsMs: number[] = [];
  readonly #upMs: number[] = [];
  readonly #sentAt: number[] = [];
  readonly #answeredAt: number[] = [];
  #leastLeadMs = Number.POSITIVE_INFINITY;
  #line: PhoneLine | null = null;
  #callId = '';
  #heardBytes = 0;
  #appendedSamples = 0;
  #playedUntil = 0;
  #brokenAnswers = 0;
  #hasHungUp = false;
  #wasDropped = false;

  get callId(): string {
    return this.#callId;
  }

  get heard(): Heard {
    return {
      gapsMs: this.#gapsMs,
      leastLeadMs: this.#leastLeadMs,
      upMs: this.#upMs,
      answers: this.#answeredAt.length,
      brokenAnswers: this.#brokenAnswers,
      wasDropped: this.#wasDropped,
    };
  }

  /** Answers that had been heard to their end by this moment. */
  answersBefore(now: number): number {
    return this.#answeredAt.filter((at) => at <= now).length;
  }

  async ring(url: string): Promise<void> {
    const answer = await dial(
      { ...DIAL_DEFAULTS, url },
      {
        sent: (_frame, atMs) => void this.#sentAt.push(atMs),
        received: (text) => this.#received(text),
        played: (audio, atMs) => this.#played(audio, atMs),
        closed: () => {
          this.#wasDropped = !this.#hasHungUp;
        },
      },
    );
    if (answer.kind === 'words') throw new Error(`The carrier says: ${answer.says.join(' ')}`);
    this.#line = answer.line;
    this.#callId = answer.callSid;
  }

  /** Asks and listens until told to stop; then hears the last answer out, and hangs up. */
  async talk(goesOn: () => boolean): Promise<void> {
    await pause(Math.random() * 2_000);
    while (goesOn() && this.#line?.isOpen) {
      this.#heardBytes = 0;
      this.#line.speak(QUESTION);
      await this.#until(() => this.#heardBytes >= WHOLE_BYTES);
      if (this.#heardBytes >= WHOLE_BYTES) this.#answeredAt.push(systemClock.now());
      else this.#brokenAnswers += 1;
      await pause(SETTLED_MS);
    }
    this.#hasHungUp = true;
    this.#line?.hangUp();
  }

  /** So many samples of the caller's sound have reached the model. */
  reachedModel(samples: number, now: number): void {
    const before = Math.floor(this.#appendedSamples / FRAME_SAMPLES);
    this.#appendedSamples += samples;
    for (let frame = before; frame < Math.floor(this.#appendedSamples / FRAME_SAMPLES); frame++) {
      const sentAt = this.#sentAt[frame];
      if (sentAt !== undefined) this.#upMs.push(now - sentAt);
    }
  }

  get #isInAnswer(): boolean {
    return this.#heardBytes > 0 && this.#heardBytes < WHOLE_BYTES;
  }

  #received(text: string): void {
    const ear = this.#line?.ear;
    if (!ear || !this.#isInAnswer || !text.startsWith('{"event":"media"')) return;
    const leadMs = ear.waitingMs - (systemClock.now() - this.#playedUntil);
    this.#leastLeadMs = Math.min(this.#leastLeadMs, Math.max(0, leadMs));
  }

  #played(audio: Uint8Array, atMs: number): void {
    if (this.#isInAnswer && atMs - this.#playedUntil > ROUNDING_MS)
      this.#gapsMs.push(atMs - this.#playedUntil);
    this.#playedUntil = atMs + audio.length / BYTES_PER_MS;
    for (const code of audio) if ((MULAW_DECODED[code] ?? 0) >= LEVEL / 2) this.#heardBytes += 1;
  }

  async #until(isTrue: () => boolean): Promise<void> {
    const patience = systemClock.now() + PATIENCE_MS;
    while (!isTrue() && this.#line?.isOpen && systemClock.now() < patience) await pause(FRAME_MS);
  }
}

/** How many frames should have been playing in the gaps. */
export function framesLate(gapsMs: readonly number[]): number {
  return gapsMs.reduce((sum, ms) => sum + Math.ceil(ms / FRAME_MS), 0);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void systemClock.after(ms, resolve));
}

const BYTES_PER_MS = 8;
const FRAME_SAMPLES = FRAME_MS * BYTES_PER_MS;
/** The last milliseconds of an answer may be rounded away. */
const WHOLE_BYTES = (ANSWER_MS - 2 * FRAME_MS) * BYTES_PER_MS;
const ROUNDING_MS = 0.5;
/** Loud enough for any voice detection. */
const QUESTION = Uint8Array.from({ length: 500 * BYTES_PER_MS }, (_, i) => dtmfTone('5')[i % 800] ?? 0);
const SETTLED_MS = 300;
const PATIENCE_MS = 15_000;
