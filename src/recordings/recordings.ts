import type { HealthBoard } from '../journal/health.ts';
import type { LogThread } from '../journal/log-thread.ts';
import type { SoundPiece } from '../journal/messages.ts';
import type { Cancel, Clock } from '../ports/clock.ts';
import { type CallRecorder, StripRecorder } from './recorder.ts';

/** Whoever writes sound. */
type SoundThread = Pick<LogThread, 'sound' | 'soundEnded'>;

/** All recordings that are being made: carries their sound to the thread that writes it, a few times a second. */
export class Recordings {
  readonly #thread: SoundThread;
  readonly #clock: Clock;
  readonly #health: HealthBoard;
  readonly #running = new Map<StripRecorder, number>();
  /** One message for all calls: each costs about as much as what is in it. */
  #pieces: SoundPiece[] = [];
  #unwrittenBytes = 0;
  #stop: Cancel | null = null;

  constructor(thread: SoundThread, clock: Clock, health: HealthBoard) {
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
      keep: (position, bytes) => void this.#pieces.push({ callId, position, bytes }),
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

  #post(): void {
    const pieces = this.#pieces;
    if (pieces.length === 0) return;
    this.#pieces = [];
    const bytes = pieces.reduce((sum, piece) => sum + piece.bytes.length, 0);
    if (this.#unwrittenBytes < MOST_UNWRITTEN_BYTES && this.#thread.sound(pieces))
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

/** Five times a second: what a killed process loses is less than a word. */
const FLUSH_MS = 200;

/** Half an hour of one call, or a minute of thirty: a disk that stalls for longer loses sound, never a call. */
const MOST_UNWRITTEN_BYTES = 32 * 1024 * 1024;
