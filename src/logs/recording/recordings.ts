import type { Cancel, Clock } from '../../ports/clock.ts';
import type { HealthBoard } from '../health.ts';
import type { LogThread } from '../thread/log-thread.ts';
import { type CallRecorder, StripRecorder } from './recorder.ts';

/** All recordings that are being made: carries their sound to the thread that writes it, a few times a second. */
export class Recordings {
  readonly #thread: LogThread;
  readonly #clock: Clock;
  readonly #health: HealthBoard;
  readonly #running = new Map<StripRecorder, number>();
  #unwrittenBytes = 0;
  #stop: Cancel | null = null;

  constructor(thread: LogThread, clock: Clock, health: HealthBoard) {
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
      keep: (position, bytes) => {
        const { length } = bytes;
        if (isRoom() && this.#thread.sound(callId, position, bytes)) this.#unwrittenBytes += length;
        else this.#health.set('recordings', 'recording_failed');
      },
      end: () => {
        this.#forget(recorder);
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
  }

  #forget(recorder: StripRecorder): void {
    this.#running.delete(recorder);
    if (this.#running.size > 0) return;
    this.#stop?.();
    this.#stop = null;
  }
}

/** Five times a second: what a killed process loses is less than a word. */
const FLUSH_MS = 200;

/** Half an hour of one call, or a minute of thirty: a disk that stalls for longer loses sound, never a call. */
const MOST_UNWRITTEN_BYTES = 32 * 1024 * 1024;
