import { LineClock } from './line-clock.ts';
import { Pauses } from './pauses.ts';
import { type Lane, SoundStrip } from './strip.ts';

/**
 * Records one call: the caller as the line brought them, the agent as the caller heard it. Times are milliseconds
 * since the phone rang, on the call's own clock, which is also the file's: what happened at 12.3 s is heard there.
 *
 * Cheap on the audio path: it copies samples. Somebody else takes them away a few times a second.
 */
export interface CallRecorder {
  /** Begins to keep sound. Nothing from before is kept. */
  start(atMs: number): void;
  /**
   * μ-law. `atMs`: when its first sample was spoken, as far as its arrival shows. `lineMs`: the line's own stamp of
   * it, on whatever clock; without one, the line is taken to have left nothing out.
   */
  heardFromCaller(audio: Uint8Array, atMs: number, lineMs?: number): void;
  /** μ-law, sent to the phone now, or to be heard behind what was sent before. */
  agentPlayed(audio: Uint8Array, atMs: number): void;
  /** The phone forgets what it has not played by now. */
  agentCleared(atMs: number): void;
  pause(atMs: number): void;
  resume(atMs: number): void;
  /** The call is over; what would have been heard later was not. */
  end(atMs: number): void;
}

/** Where recorded sound goes. */
export interface SoundSink {
  /** False: not now, it is asked for again. */
  readonly hasRoom: boolean;
  keep(position: number, bytes: Uint8Array<ArrayBuffer>): void;
  end(): void;
}

export class StripRecorder implements CallRecorder {
  readonly #sink: SoundSink;
  readonly #strip = new SoundStrip();
  readonly #pauses = new Pauses();
  readonly #lineClock = new LineClock();
  /** All that came from the caller, kept or not. */
  #heardSamples = 0;
  readonly #ends = { caller: 0, agent: 0 };
  #hasStarted = false;
  #isOver = false;

  constructor(sink: SoundSink) {
    this.#sink = sink;
  }

  start(atMs: number): void {
    if (this.#hasStarted) return;
    this.#hasStarted = true;
    this.#strip.beginAt(samplesAt(atMs));
    this.resume(atMs);
  }

  heardFromCaller(audio: Uint8Array, atMs: number, lineMs: number = this.#heardSamples / 8): void {
    this.#heardSamples += audio.length;
    const wanted = samplesAt(this.#lineClock.callMs(lineMs, atMs));
    const isNext = Math.abs(wanted - this.#ends.caller) <= STAMP_SLACK;
    this.#put('caller', isNext ? this.#ends.caller : wanted, audio);
  }

  agentPlayed(audio: Uint8Array, atMs: number): void {
    const wanted = samplesAt(atMs);
    const isNext = wanted - this.#ends.agent <= STAMP_SLACK; // or it waits until the phone has played the rest
    this.#put('agent', isNext ? this.#ends.agent : wanted, audio);
  }

  agentCleared(atMs: number): void {
    this.#ends.agent = Math.min(this.#ends.agent, samplesAt(atMs));
    this.#strip.silence('agent', samplesAt(atMs));
  }

  pause(atMs: number): void {
    const position = samplesAt(atMs);
    this.#pauses.pause(position);
    this.#strip.silence('caller', position);
    this.#strip.silence('agent', position);
  }

  resume(atMs: number): void {
    if (this.#hasStarted) this.#pauses.resume(samplesAt(atMs));
  }

  end(atMs: number): void {
    if (this.#isOver) return;
    this.#hand(atMs);
    this.#isOver = true;
    if (this.#hasStarted) this.#sink.end();
  }

  /** Hands over what is certain by now. */
  flush(nowMs: number): void {
    if (this.#sink.hasRoom) this.#hand(nowMs);
  }

  #hand(untilMs: number): void {
    if (!this.#hasStarted || this.#isOver) return;
    for (let sound = this.#take(untilMs); sound; sound = this.#take(untilMs)) {
      this.#sink.keep(sound.position, sound.bytes);
    }
  }

  #take(untilMs: number): ReturnType<SoundStrip['take']> {
    return this.#strip.take(samplesAt(untilMs));
  }

  #put(lane: Lane, position: number, audio: Uint8Array): void {
    if (this.#isOver || audio.length === 0) return;
    this.#ends[lane] = position + audio.length;
    for (const { from, until } of this.#pauses.allowed({ from: position, until: position + audio.length })) {
      this.#strip.put(lane, from, audio.subarray(from - position, until - position));
    }
  }
}

function samplesAt(ms: number): number {
  return Math.max(0, Math.round(8 * ms));
}

/** 4 ms. Stamps are whole milliseconds, and clocks a little off: following them to the sample would crackle. */
const STAMP_SLACK = 32;
