import type { Cancel, Clock } from '../ports/clock.ts';
import { type CallRecorder, StripRecorder } from './recorder.ts';

/** A stretch of one call's recording, both lanes side by side. */
export interface SoundPiece {
  readonly callId: string;
  readonly position: number;
  readonly length: number;
}

/** Whoever writes sound. */
export interface SoundThread {
  /** `bytes`: one piece behind the other. False: it cannot take them. */
  sound(bytes: Uint8Array<ArrayBuffer>, pieces: readonly SoundPiece[]): boolean;
  soundEnded(callId: string): void;
}

/** Told whether recordings are written. */
export interface RecordingHealth {
  set(part: 'recordings', trouble: 'recording_failed' | null): void;
}

/** All recordings that are being made: carries their sound to the thread that writes it, a few times a second. */
export class Recordings {
  readonly #thread: SoundThread;
  readonly #clock: Clock;
  readonly #health: RecordingHealth;
  readonly #running = new Map<StripRecorder, number>();
  /** One message for all calls, and one stretch of memory: each costs about as much as what is in it. */
  #pieces: SoundPiece[] = [];
  #sound = new Uint8Array(0);
  #soundBytes = 0;
  #unwrittenBytes = 0;
  #stop: Cancel | null = null;

  constructor(thread: SoundThread, clock: Clock, health: RecordingHealth) {
    this.#thread = thread;
    this.#clock = clock;
    this.#health = health;
  }

  /** A recorder for a call whose own clock began at this moment. It keeps nothing before it is started. */
  record(callId: string, startedAt: number): CallRecorder {
    const isRoom = (): boolean => this.#unwrittenBytes < MOST_UNWRITTEN_BYTES;
    const recorder: StripRecorder = new StripRecorder({
      get hasRoom() {
        return isRoom();
      },
      keep: (position, bytes) => this.#pack(callId, position, bytes),
      end: () => {
        this.#forget(recorder);
        this.#post();
        this.#thread.soundEnded(callId);
      },
    });
    this.#running.set(recorder, startedAt);
    this.#stop ??= this.#clock.every(FLUSH_MS, () => this.#flush());
    return recorder;
  }

  taken(bytes: number, isKept: boolean): void {
    this.#unwrittenBytes = Math.max(0, this.#unwrittenBytes - bytes);
    this.#health.set('recordings', isKept ? null : 'recording_failed');
  }

  /** The thread is gone, and with it what it had not written. */
  threadDied(): void {
    this.#unwrittenBytes = 0;
  }

  /** Hands over what there is. */
  close(): void {
    this.#flush();
    this.#stop?.();
    this.#stop = null;
  }

  #flush(): void {
    const now = this.#clock.now();
    for (const [recorder, startedAt] of this.#running) recorder.flush(now - startedAt);
    this.#post();
  }

  #pack(callId: string, position: number, bytes: Uint8Array): void {
    const end = this.#soundBytes + bytes.length;
    if (end > this.#sound.length) {
      const larger = new Uint8Array(Math.max(end, 2 * this.#sound.length));
      larger.set(this.#sound.subarray(0, this.#soundBytes));
      this.#sound = larger;
    }
    this.#sound.set(bytes, this.#soundBytes);
    this.#soundBytes = end;
    this.#pieces.push({ callId, position, length: bytes.length });
  }

  #post(): void {
    const [pieces, bytes, sound] = [this.#pieces, this.#soundBytes, this.#sound];
    if (pieces.length === 0) return;
    this.#pieces = [];
    this.#soundBytes = 0;
    this.#sound = new Uint8Array(bytes); // about as much as the next time
    if (this.#unwrittenBytes < MOST_UNWRITTEN_BYTES && this.#thread.sound(sound, pieces))
      this.#unwrittenBytes += bytes;
    else this.#health.set('recordings', 'recording_failed');
  }

  #forget(recorder: StripRecorder): void {
    this.#running.delete(recorder);
    if (this.#running.size > 0) return;
    this.#stop?.();
    this.#stop = null;
  }
}

/** What a killed process loses is less than a word. More often costs more: each piece is a write, and its header's. */
const FLUSH_MS = 400;

/** Half an hour of one call, or a minute of thirty: a disk that stalls for longer loses sound, never a call. */
const MOST_UNWRITTEN_BYTES = 32 * 1024 * 1024;
