import { Worker } from 'node:worker_threads';
import { unreachable } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { SoundPiece } from '../recordings/recordings.ts';
import { closedTrouble, StoreTrouble } from '../stores/shared/trouble.ts';
import {
  type Ask,
  environmentOf,
  type FromThread,
  type ThreadNotice,
  type ThreadSettings,
  type ToThread,
} from './messages.ts';

export interface ThreadEars {
  notice(notice: ThreadNotice): void;
  soundTaken(bytes: number, isKept: boolean): void;
  /** It ended without being asked to; whatever it had not answered is refused. It is begun again when needed. */
  died(): void;
}

/** A thread of the call log, seen from the one that carries sound: nothing here waits. */
export class LogThread {
  readonly #settings: ThreadSettings;
  readonly #clock: Clock;
  readonly #ears: ThreadEars;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | null = null;
  #startedAt = Number.NEGATIVE_INFINITY;
  #lastId = 0;
  #holds = 0;
  #isClosed = false;

  constructor(settings: ThreadSettings, clock: Clock, ears: ThreadEars) {
    this.#settings = settings;
    this.#clock = clock;
    this.#ears = ears;
  }

  /** Resolves to what the store says; rejects with a `StoreTrouble`. */
  ask<T>(ask: Ask): Promise<T> {
    const worker = this.#running();
    if (!worker) return Promise.reject(this.#isClosed ? closedTrouble() : goneTrouble());
    const id = ++this.#lastId;
    return new Promise<T>((resolve, reject) => {
      this.#pending.set(id, { resolve: (json) => resolve(JSON.parse(json)), reject });
      worker.ref(); // a process does not end while it waits for its log
      try {
        this.#post(worker, { type: 'ask', id, ask });
      } catch (cause) {
        this.#settle(id)?.reject(new StoreTrouble('bad_data', 'Something that is no plain data.', { cause }));
      }
    });
  }

  /** False if there is nobody to take it. */
  sound(bytes: Uint8Array<ArrayBuffer>, pieces: readonly SoundPiece[]): boolean {
    const worker = this.#running();
    worker?.postMessage({ type: 'sound', bytes, pieces } satisfies ToThread, [bytes.buffer]); // handed over, not copied
    return worker !== null;
  }

  soundEnded(callId: string): void {
    if (this.#worker) this.#post(this.#worker, { type: 'sound_ended', callId });
  }

  /** Until it is let go, the process does not end by itself: something is still to be kept. */
  hold(): () => void {
    this.#holds++;
    this.#worker?.ref();
    return () => {
      this.#holds--;
      this.#letGo();
    };
  }

  /** Starts over with the next question, for instance because the file it reads was replaced. */
  async stop(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    this.#startedAt = Number.NEGATIVE_INFINITY;
    this.#refuseAll();
    await worker?.terminate();
  }

  /** For good: whatever is asked from now on is refused. */
  close(): Promise<void> {
    this.#isClosed = true;
    return this.stop();
  }

  #running(): Worker | null {
    if (this.#worker) return this.#worker;
    if (this.#isClosed) return null;
    if (this.#clock.now() - this.#startedAt < RESTART_MS) return null;
    this.#startedAt = this.#clock.now();
    const worker = this.#begun();
    if (!worker) return null;
    if (this.#holds === 0) worker.unref();
    worker.on('message', (message: FromThread) => this.#hear(message));
    worker.on('error', () => this.#died(worker));
    worker.on('exit', () => this.#died(worker));
    this.#worker = worker;
    return worker;
  }

  #begun(): Worker | null {
    try {
      return new Worker(new URL('./log-thread-main.ts', import.meta.url), {
        workerData: this.#settings,
        name: `the call log's ${this.#settings.role}`,
        env: { ...environmentOf(this.#settings.store) },
      });
    } catch {
      return null; // the system has no thread to give; it is asked again
    }
  }

  #hear(message: FromThread): void {
    switch (message.type) {
      case 'answer':
        this.#settle(message.id)?.resolve(message.json);
        return;
      case 'refusal':
        this.#settle(message.id)?.reject(new StoreTrouble(message.reason, message.message));
        return;
      case 'sound_taken':
        return this.#ears.soundTaken(message.bytes, message.isKept);
      case 'notice':
        return this.#ears.notice(message.notice);
      default:
        return unreachable(message);
    }
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    this.#letGo();
    return pending;
  }

  #letGo(): void {
    if (this.#pending.size === 0 && this.#holds === 0) this.#worker?.unref();
  }

  #died(worker: Worker): void {
    if (worker !== this.#worker) return;
    this.#worker = null;
    this.#refuseAll();
    this.#ears.died();
  }

  #refuseAll(): void {
    const refused = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of refused) reject(this.#isClosed ? closedTrouble() : goneTrouble());
  }

  #post(worker: Worker, message: ToThread): void {
    worker.postMessage(message);
  }
}

interface Pending {
  resolve(json: string): void;
  reject(trouble: StoreTrouble): void;
}

function goneTrouble(): StoreTrouble {
  return new StoreTrouble('store_failed', 'The thread that keeps the call log has ended; it is begun again.');
}

/** One that dies at once is not begun again at once. */
const RESTART_MS = 1_000;
