import { RememberedNames } from '../limits/remembered.ts';
import type { Cancel, Clock } from '../ports/clock.ts';
import type { CallEvent } from '../ports/facts.ts';
import type { Appended, Lease } from '../ports/journal.ts';
import type { StoredEvent } from '../ports/store.ts';
import { StoreTrouble } from '../stores/shared/trouble.ts';
import type { HealthBoard } from './health.ts';
import { OwnLeases } from './own-leases.ts';

export interface WriterLimits {
  /** How long an event waits for others to be kept with it. */
  readonly groupMs: number;
  readonly mostBatch: number;
  readonly mostBytes: number;
  /** The first pause after a failure, doubled each time, and the longest one. */
  readonly retryMs: number;
  readonly mostRetryMs: number;
  /** A store that takes longer is said to be slow. */
  readonly slowMs: number;
}

export const WRITER_LIMITS = {
  groupMs: 200,
  mostBatch: 500,
  mostBytes: 64 * 1024 * 1024,
  retryMs: 200,
  mostRetryMs: 3_000,
  slowMs: 2_000,
} as const satisfies WriterLimits;

/** What becomes of events outside of the spool. */
export interface WriterParts {
  append(batch: readonly StoredEvent[]): Promise<Appended>;
  /** So many will never be kept. */
  lost(count: number): void;
  /** The journal is another process's by now: nothing of this one is kept any more. */
  fenced(lease: Lease): void;
}

/**
 * Sees to it that every event is kept, in its order, a moment later. One batch is under way at a time; while the
 * store is locked, full, slow or gone the others wait. As a store takes each event once, whatever may have failed
 * half-way is simply given again.
 */
export class EventWriter {
  readonly #parts: WriterParts;
  readonly #clock: Clock;
  readonly #health: HealthBoard;
  readonly #limits: WriterLimits;
  readonly #leases = new OwnLeases();
  readonly #spool: Spool;
  readonly #pace: BatchPace;
  /** What takes the next batch away, or that one is under way. */
  #next: Cancel | 'under_way' | null = null;
  /** Each is told when so many of all that were ever noted wait no longer. */
  #waiting: { readonly until: number; readonly tell: () => void }[] = [];

  constructor(parts: WriterParts, clock: Clock, health: HealthBoard, limits: WriterLimits = WRITER_LIMITS) {
    this.#parts = parts;
    this.#clock = clock;
    this.#health = health;
    this.#limits = limits;
    this.#spool = new Spool(limits.mostBytes);
    this.#pace = new BatchPace(limits);
  }

  get waiting(): number {
    return this.#spool.count;
  }

  /** Those of which something waits. */
  get calls(): readonly string[] {
    return this.#spool.first(this.#spool.count).map(({ callId }) => callId);
  }

  note(callId: string, event: CallEvent): void {
    if (this.#leases.isFenced({ callId, event })) return;
    if (!this.#spool.add({ callId, event })) {
      this.#health.set('spool', 'spool_full');
      this.#parts.lost(1);
      return;
    }
    if (!this.#next) this.#sendIn(this.#limits.groupMs);
  }

  /** The call is deleted: what is still to come of it is not kept. */
  forget(callId: string): void {
    this.#spool.forget(callId);
    this.#tellWaiting();
  }

  /** Finds out which of these this process has lost: of calls of which nothing waits, for the others show by themselves. */
  async check(
    leases: readonly Lease[],
    ask: (leases: readonly Lease[]) => Promise<readonly Lease[]>,
  ): Promise<void> {
    const waiting = new Set(this.calls);
    const still = leases.filter(({ callId }) => !waiting.has(callId));
    if (still.length === 0) return;
    for (const lease of await this.#leases.lostOf(still, ask)) this.#letGo(lease);
  }

  /** Resolves when nothing that was noted so far waits any longer. */
  settled(): Promise<void> {
    return new Promise((tell) => {
      this.#waiting.push({ until: this.#spool.added, tell });
      this.#tellWaiting();
      if (this.#spool.count > 0 && this.#next !== 'under_way') this.#sendIn(0);
    });
  }

  /** True when everything that was noted so far was kept; false if that took too long. */
  flush(mostMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(mostMs, () => resolve(false));
      void this.settled().then(() => {
        cancel();
        resolve(true);
      });
    });
  }

  #sendIn(ms: number): void {
    if (this.#next !== 'under_way') this.#next?.();
    this.#next = this.#clock.after(ms, () => {
      this.#next = null;
      void this.#send();
    });
  }

  async #send(): Promise<void> {
    const batch = this.#spool.first(this.#pace.size);
    if (batch.length === 0) return;
    this.#next = 'under_way';
    const cancel = this.#clock.after(this.#limits.slowMs, () => this.#health.set('store', 'store_slow'));
    try {
      this.#kept(batch, await this.#parts.append(this.#leases.numbered(batch)));
    } catch (error) {
      this.#refused(batch, error);
    } finally {
      cancel();
    }
  }

  #kept(batch: readonly StoredEvent[], appended: Appended): void {
    this.#spool.remove(batch);
    for (const lease of this.#leases.settle(batch, appended)) this.#letGo(lease);
    this.#next = null;
    this.#pace.kept();
    this.#health.set('store', null);
    this.#goOn(0);
  }

  #refused(batch: readonly StoredEvent[], error: unknown): void {
    const reason = error instanceof StoreTrouble ? error.reason : 'store_failed';
    this.#next = null;
    if (reason === 'bad_data') {
      // Something in it will never be taken. Halving finds it, and it must not hold up the rest.
      if (batch.length === 1) this.#giveUp(batch);
      this.#pace.halve(batch.length);
      this.#goOn(0);
      return;
    }
    this.#health.refused(error);
    if (reason === 'store_closed') return;
    this.#goOn(this.#pace.pauseMs());
  }

  #giveUp(batch: readonly StoredEvent[]): void {
    this.#spool.remove(batch);
    this.#parts.lost(batch.length);
  }

  #letGo(lease: Lease): void {
    this.#spool.drop((stored) => this.#leases.isFenced(stored));
    this.#parts.fenced(lease);
  }

  #goOn(ms: number): void {
    if (this.#spool.count > 0) this.#sendIn(ms);
    this.#tellWaiting();
  }

  #tellWaiting(): void {
    if (this.#spool.count === 0) this.#health.set('spool', null);
    const done = this.#waiting.filter(({ until }) => until <= this.#spool.gone);
    this.#waiting = this.#waiting.filter((one) => !done.includes(one));
    for (const { tell } of done) tell();
  }
}

/** How much is tried at once, and how long is waited after a failure. */
class BatchPace {
  readonly #limits: WriterLimits;
  #size: number;
  #failures = 0;

  constructor(limits: WriterLimits) {
    this.#limits = limits;
    this.#size = limits.mostBatch;
  }

  get size(): number {
    return this.#size;
  }

  kept(): void {
    this.#failures = 0;
    this.#size = Math.min(this.#limits.mostBatch, this.#size * 2);
  }

  /** Of a batch of so many, something was bad. */
  halve(count: number): void {
    this.#size = Math.ceil(count / 2);
  }

  /** The store is away: longer each time. */
  pauseMs(): number {
    const { retryMs, mostRetryMs } = this.#limits;
    return Math.min(mostRetryMs, retryMs * 2 ** this.#failures++);
  }
}

/** Events that wait to be kept, in their order, within a limit. */
class Spool {
  readonly #mostBytes: number;
  readonly #forgotten = new RememberedNames(MOST_FORGOTTEN);
  #entries: Entry[] = [];
  /** Those before this one have gone; they are swept out now and then. */
  #head = 0;
  #bytes = 0;
  #added = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  get count(): number {
    return this.#entries.length - this.#head;
  }

  /** How many were ever added. */
  get added(): number {
    return this.#added;
  }

  /** How many had been added before the oldest that waits. */
  get gone(): number {
    return this.#entries[this.#head]?.before ?? this.#added;
  }

  /** False: there is no room, and it was not taken. What is of a forgotten call needs none. */
  add(stored: StoredEvent): boolean {
    if (this.#forgotten.has(stored.callId)) return true;
    const bytes = sizeOf(stored);
    if (this.#bytes + bytes > this.#mostBytes) return false;
    this.#entries.push({ stored, bytes, before: this.#added++ });
    this.#bytes += bytes;
    return true;
  }

  /** The oldest ones. They still count as waiting until it is said what became of them. */
  first(most: number): readonly StoredEvent[] {
    return this.#entries.slice(this.#head, this.#head + most).map(({ stored }) => stored);
  }

  /** These, which were the first, need not wait any longer. Some may have been forgotten meanwhile. */
  remove(stored: readonly StoredEvent[]): void {
    const gone = new Set(stored);
    for (let entry = this.#entries[this.#head]; entry && gone.has(entry.stored); ) {
      this.#bytes -= entry.bytes;
      entry = this.#entries[++this.#head];
    }
    if (this.#head < SWEEP_FROM || this.#head * 2 < this.#entries.length) return;
    this.#entries = this.#entries.slice(this.#head);
    this.#head = 0;
  }

  /** Nothing of this call waits any longer, nor will what is still to come of it. */
  forget(callId: string): void {
    this.#forgotten.add(callId);
    this.drop((stored) => stored.callId === callId);
  }

  /** Those of which this holds need not wait any longer. */
  drop(isIt: (stored: StoredEvent) => boolean): void {
    this.#entries = this.#entries.slice(this.#head).filter(({ stored }) => !isIt(stored));
    this.#head = 0;
    this.#bytes = this.#entries.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}

interface Entry {
  readonly stored: StoredEvent;
  readonly bytes: number;
  /** How many were added before it. */
  readonly before: number;
}

/** About what it takes in memory: its texts, and an object around them. */
function sizeOf({ callId, event }: StoredEvent): number {
  let bytes = OBJECT_BYTES + callId.length;
  for (const value of Object.values(event)) if (typeof value === 'string') bytes += 2 * value.length;
  return bytes;
}

/** Calls that may still be going on when they are deleted. */
const MOST_FORGOTTEN = 1_000;

const OBJECT_BYTES = 300;
const SWEEP_FROM = 1_000;
