import { LineClock, MarkEchoes, Pauses } from './placing.ts';
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
  /** Copies what it keeps: the bytes are the recorder's own, and change. */
  keep(position: number, bytes: Uint8Array): void;
  end(): void;
}

export class StripRecorder implements CallRecorder {
  readonly #sink: SoundSink;
  readonly #strip = new SoundStrip();
  readonly #pauses = new Pauses();
  readonly #caller = new CallerPlace();
  readonly #agent = new AgentPlace();
  #state: 'not_begun' | 'recording' | 'over' = 'not_begun';

  constructor(sink: SoundSink) {
    this.#sink = sink;
  }

  get isRecording(): boolean {
    return this.#state === 'recording';
  }

  start(atMs: number): void {
    if (this.#state === 'not_begun') {
      this.#state = 'recording';
      this.#strip.beginAt(samplesAt(atMs));
      this.resume(atMs);
    }
  }

  heardFromCaller(audio: Uint8Array, atMs: number, lineMs?: number): void {
    this.#caller.heard(audio.length, atMs, lineMs);
    if (this.#state !== 'not_begun') this.#put('caller', this.#caller.place(audio.length), audio);
  }

  agentPlayed(audio: Uint8Array, atMs: number): void {
    this.#put('agent', this.#agent.place(audio.length, atMs), audio);
  }

  agentMarked(name: string, dueMs: number): void {
    this.#agent.marked(name, dueMs);
  }

  markReturned(name: string, atMs: number): void {
    this.#agent.markReturned(name, atMs);
    if (!this.isRecording) return;
    const move = this.#agent.wantedMove;
    const sound = move && this.#strip.cut('agent', move.from, move.until);
    if (!sound) return;
    this.#agent.moved(move.to, sound.length);
    this.#put('agent', move.to, sound);
  }

  agentCleared(atMs: number): void {
    this.#strip.silence('agent', this.#agent.cleared(atMs));
  }

  pause(atMs: number): void {
    const position = samplesAt(atMs);
    this.#pauses.pause(position);
    this.#strip.silence('caller', position);
    this.#strip.silence('agent', position);
  }

  resume(atMs: number): void {
    if (this.#state !== 'not_begun') this.#pauses.resume(samplesAt(atMs));
  }

  end(atMs: number): void {
    if (this.#state === 'over') return;
    this.#hand(atMs);
    this.#state = 'over';
    this.#sink.end();
  }

  /** Hands over what is certain by now. */
  flush(nowMs: number): void {
    if (this.#sink.hasRoom) this.#hand(nowMs);
  }

  #hand(untilMs: number): void {
    if (!this.isRecording) return;
    for (let sound = this.#take(untilMs); sound; sound = this.#take(untilMs)) {
      this.#sink.keep(sound.position, sound.bytes);
    }
  }

  #take(untilMs: number): ReturnType<SoundStrip['take']> {
    return this.#strip.take(samplesAt(untilMs));
  }

  #put(lane: Lane, position: number, audio: Uint8Array): void {
    if (this.#state === 'over' || audio.length === 0) return;
    for (const { from, until } of this.#pauses.allowed({ from: position, until: position + audio.length })) {
      this.#strip.put(lane, from, audio.subarray(from - position, until - position));
    }
  }
}

/** Where the caller's sound belongs: behind what came before, unless the line's clock shows that it does not. */
class CallerPlace {
  readonly #lineClock = new LineClock();
  /** All that came, kept or not. */
  #heardSamples = 0;
  /** For how long it has not been quite where the line's clock says. */
  #framesOff = 0;
  /** Where the clock would put what came last, and where what was placed ends. */
  #wanted = 0;
  #end = 0;

  heard(samples: number, atMs: number, lineMs: number = this.#heardSamples / 8): void {
    this.#heardSamples += samples;
    this.#wanted = samplesAt(this.#lineClock.callMs(lineMs, atMs));
  }

  /** Of what was heard last. */
  place(samples: number): number {
    const off = Math.abs(this.#wanted - this.#end);
    this.#framesOff = off < LEAST_MOVE ? 0 : this.#framesOff + 1;
    const isNext = off <= STAMP_SLACK && this.#framesOff < CERTAIN_FRAMES;
    if (!isNext) this.#framesOff = 0;
    const position = isNext ? this.#end : this.#wanted;
    if (samples > 0) this.#end = position + samples;
    return position;
  }
}

/** Where the agent's sound belongs: where the phone plays it, as far as its marks show. */
class AgentPlace {
  readonly #echoes = new MarkEchoes();
  /** What the phone plays without a gap: where what came before ended, where it is, when and until when it was sent. */
  #stretch = { after: 0, from: 0, beganMs: 0, sentUntil: Number.NEGATIVE_INFINITY };
  #end = 0;

  place(samples: number, atMs: number): number {
    const sent = samplesAt(atMs);
    if (sent > this.#stretch.sentUntil + ROUNDING) this.#beginStretch(atMs);
    this.#stretch.sentUntil = Math.max(this.#stretch.sentUntil, sent) + samples;
    const position = this.#end;
    this.#end += samples;
    return position;
  }

  marked(name: string, dueMs: number): void {
    this.#echoes.marked(name, dueMs);
  }

  markReturned(name: string, atMs: number): void {
    this.#echoes.returned(name, atMs);
  }

  /** A mark has shown when the phone began to play: what was put down before belongs there as well. */
  get wantedMove(): { readonly from: number; readonly until: number; readonly to: number } | null {
    const { after, from } = this.#stretch;
    const to = Math.max(after, samplesAt(this.#echoes.heardFromMs));
    return Math.abs(to - from) < LEAST_MOVE ? null : { from, until: this.#end, to };
  }

  moved(to: number, samples: number): void {
    this.#stretch.from = to;
    this.#end = to + samples;
  }

  /** Gives where the phone has fallen silent. */
  cleared(atMs: number): number {
    const { from, beganMs } = this.#stretch;
    const cut = from + samplesAt(atMs - beganMs); // it takes as long as sound does
    this.#end = Math.min(this.#end, cut);
    this.#stretch.sentUntil = Number.NEGATIVE_INFINITY;
    this.#echoes.cleared();
    return cut;
  }

  #beginStretch(atMs: number): void {
    this.#echoes.begin(atMs);
    const after = this.#end;
    const from = Math.max(after, samplesAt(atMs + this.#echoes.lateMs));
    this.#stretch = { after, from, beganMs: atMs, sentUntil: Number.NEGATIVE_INFINITY };
    this.#end = from;
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
