import type { CallTap } from './call/call-tap.ts';
import type { CallRecorder } from './logs/recording/recorder.ts';

/** Who listens in on a call. */
export type Listener = (who: 'caller' | 'agent', audio: Uint8Array) => void;

/** The sound of one call, for its recording and for whoever listens in; on the call's own clock from here on. */
export class CallSound implements CallTap {
  readonly #recorder: CallRecorder;
  readonly #startedAt: number;
  readonly #ended: () => void;
  readonly listeners = new Set<Listener>();

  constructor(recorder: CallRecorder, startedAt: number, ended: () => void) {
    this.#recorder = recorder;
    this.#startedAt = startedAt;
    this.#ended = ended;
  }

  start(now: number): void {
    this.#recorder.start(now - this.#startedAt);
  }

  callerHeard(audio: Uint8Array, lineMs: number, now: number): void {
    this.#recorder.heardFromCaller(audio, now - this.#startedAt - audio.length / BYTES_PER_MS, lineMs);
    for (const listen of this.listeners) listen('caller', audio);
  }

  agentPlayed(audio: Uint8Array, startsAt: number): void {
    this.#recorder.agentPlayed(audio, startsAt - this.#startedAt);
    for (const listen of this.listeners) listen('agent', audio);
  }

  agentCleared(now: number): void {
    this.#recorder.agentCleared(now - this.#startedAt);
  }

  pause(now: number): void {
    this.#recorder.pause(now - this.#startedAt);
  }

  resume(now: number): void {
    this.#recorder.resume(now - this.#startedAt);
  }

  end(now: number): void {
    this.#recorder.end(now - this.#startedAt);
    this.listeners.clear();
    this.#ended();
  }
}

/** The telephone's format. */
const BYTES_PER_MS = 8;
