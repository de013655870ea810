import { LineClock } from './line-clock.ts';
import { MarkEchoes } from './mark-echoes.ts';
import { Pauses } from './pauses.ts';
import { type Lane, SoundStrip } from './strip.ts';

/**
 * Records one call: the caller as the line brought them, the agent as the caller heard it. Times are milliseconds
 * since the phone rang, on the call's own clock, which is also the file's: what happened at 12.3 s is heard there.
 *
 * Cheap on the audio path: it copies samples. Somebody else takes them away a few times a second.
 */
export interface CallRecorder {
  /** Sound is being kept. */
  readonly isRecording: boolean;
  /** Begins to keep sound. Nothing from before is kept. */
  start(atMs: number): void;
  /**
   * μ-law. `atMs`: when its first sample was spoken, as far as its arrival shows. `lineMs`: the line's own stamp of
   * it, on whatever clock; without one, the line is taken to have left nothing out.
   */
  heardFromCaller(audio: Uint8Array, atMs: number, lineMs?: number): void;
  /** μ-law, sent to the phone now, or to be heard behind what was sent before. */
  agentPlayed(audio: Uint8Array, atMs: number): void;
  /** The phone gives this mark back when what it has been sent so far was heard: then, if nothing took any time. */
  agentMarked(name: string, dueMs: number): void;
  markReturned(name: string, atMs: number): void;
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
  readonly #echoes = new MarkEchoes();
  /** All that came from the caller, kept or not. */
  #heardSamples = 0;
  /** For how long the caller has not been quite where the line's clock says. */
  #framesOff = 0;
  readonly #ends = { caller: 0, agent: 0 };
  /** What the phone plays without a gap: where what came before ended, where it is, when and until when it was sent. */
  #stretch = { after: 0, from: 0, beganMs: 0, sentUntil: Number.NEGATIVE_INFINITY };
  #hasStarted = false;
  #isOver = false;

  constructor(sink: SoundSink) {
    this.#sink = sink;
  }

  get isRecording(): boolean {
    return this.#hasStarted && !this.#isOver;
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
    if (!this.#hasStarted) return;
    const off = Math.abs(wanted - this.#ends.caller);
    this.#framesOff = off < LEAST_MOVE ? 0 : this.#framesOff + 1;
    const isNext = off <= STAMP_SLACK && this.#framesOff < CERTAIN_FRAMES;
    if (!isNext) this.#framesOff = 0;
    this.#put('caller', isNext ? this.#ends.caller : wanted, audio);
  }

  agentPlayed(audio: Uint8Array, atMs: number): void {
    const sent = samplesAt(atMs);
    if (sent > this.#stretch.sentUntil + ROUNDING) this.#beginStretch(atMs);
    this.#stretch.sentUntil = Math.max(this.#stretch.sentUntil, sent) + audio.length;
    this.#put('agent', this.#ends.agent, audio);
  }

  agentMarked(name: string, dueMs: number): void {
    this.#echoes.marked(name, dueMs);
  }

  markReturned(name: string, atMs: number): void {
    this.#echoes.returned(name, atMs);
    this.#placeStretch();
  }

  agentCleared(atMs: number): void {
    const { from, beganMs } = this.#stretch;
    const cut = from + samplesAt(atMs - beganMs); // it takes as long as sound does
    this.#ends.agent = Math.min(this.#ends.agent, cut);
    this.#strip.silence('agent', cut);
    this.#stretch.sentUntil = Number.NEGATIVE_INFINITY;
    this.#echoes.cleared();
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
    this.#sink.end();
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

  #beginStretch(atMs: number): void {
    this.#echoes.begin(atMs);
    const after = this.#ends.agent;
    const from = Math.max(after, samplesAt(atMs + this.#echoes.lateMs));
    this.#stretch = { after, from, beganMs: atMs, sentUntil: Number.NEGATIVE_INFINITY };
    this.#ends.agent = from;
  }

  /** A mark has shown when the phone began to play: what was put down before belongs there as well. */
  #placeStretch(): void {
    if (!this.isRecording) return;
    const { after, from } = this.#stretch;
    const wanted = Math.max(after, samplesAt(this.#echoes.heardFromMs));
    if (Math.abs(wanted - from) < LEAST_MOVE) return;
    const sound = this.#strip.cut('agent', from, this.#ends.agent);
    if (!sound) return;
    this.#stretch.from = wanted;
    this.#ends.agent = wanted;
    this.#put('agent', wanted, sound);
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

/** Times are fractions, samples are whole. */
const ROUNDING = 1;

/** 1 ms: no ear and no eye finds less. */
const LEAST_MOVE = 8;

/** 4 ms. Stamps are whole milliseconds, and clocks a little off: following them to the sample would crackle. */
const STAMP_SLACK = 32;

/** A second: whatever is off for so long is off, and no matter of stamps. */
const CERTAIN_FRAMES = 50;
