import type { CallTap } from '../ports/leg.ts';
import type { CallRecorder } from './recorder.ts';

/** The sound of one call, for its recording and for whoever listens in. */
export class CallSound implements CallTap {
  readonly #recorder: CallRecorder;
  readonly #startedAt: number;
  readonly #ear: CallTap;

  /** The recorder's clock is the call's own: it began at this moment. */
  constructor(recorder: CallRecorder, startedAt: number, ear: CallTap) {
    this.#recorder = recorder;
    this.#startedAt = startedAt;
    this.#ear = ear;
  }

  start(now: number): void {
    this.#recorder.start(now - this.#startedAt);
  }

  callerHeard(audio: Uint8Array, lineMs: number, now: number): void {
    this.#recorder.heardFromCaller(audio, now - this.#startedAt - audio.length / BYTES_PER_MS, lineMs);
    this.#ear.callerHeard(audio, lineMs, now);
  }

  agentPlayed(audio: Uint8Array, startsAt: number): void {
    this.#recorder.agentPlayed(audio, startsAt - this.#startedAt);
    this.#ear.agentPlayed(audio, startsAt);
  }

  agentMarked(name: string, dueAt: number): void {
    this.#recorder.agentMarked(name, dueAt - this.#startedAt);
  }

  get wantsMarks(): boolean {
    return this.#recorder.isRecording;
  }

  markReturned(name: string, now: number): void {
    this.#recorder.markReturned(name, now - this.#startedAt);
  }

  agentCleared(now: number): void {
    this.#recorder.agentCleared(now - this.#startedAt);
    this.#ear.agentCleared(now);
  }

  pause(now: number): void {
    this.#recorder.pause(now - this.#startedAt);
  }

  resume(now: number): void {
    this.#recorder.resume(now - this.#startedAt);
  }

  end(now: number): void {
    this.#recorder.end(now - this.#startedAt);
    this.#ear.end(now);
  }
}

/** The telephone's format. */
const BYTES_PER_MS = 8;
