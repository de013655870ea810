import { randomUUID } from 'node:crypto';
import type { Cancel, Clock } from '../ports/clock.ts';
import type { CallEvent, CallObserver } from '../ports/facts.ts';
import { type Appended, epochOf, type Lease } from '../ports/journal.ts';
import type {
  CallCard,
  CallPage,
  CallQuery,
  CallStore,
  DayFigures,
  ReviewChange,
  StoredEvent,
} from '../ports/store.ts';
import type { CallRecorder } from '../recordings/recorder.ts';
import { Recordings } from '../recordings/recordings.ts';
import { recordingPath } from '../recordings/shelf.ts';
import { eachByPages } from '../stores/shared/shared-store.ts';
import { HealthBoard, type LogHealth } from './health.ts';
import { LogThread } from './log-thread.ts';
import { type LeaseTimes, PULSE, type StoreSettings, type ThreadNotice } from './messages.ts';
import type { Retention, Swept } from './retention.ts';
import { EventWriter, type WriterParts } from './spool-writer.ts';

export interface CallLogOptions {
  /** For recordings, and for the embedded database. */
  readonly directory: string;
  readonly store: StoreSettings;
  readonly clock: Clock;
  /** Somebody wants to know of every call that is over; if absent, nobody does. */
  readonly deliversWebhooks?: boolean;
  /** How long others wait for a process that says nothing more; what suits the store when absent. */
  readonly times?: LeaseTimes;
  /** Told of what whoever runs the house should know. Nobody's words are in it. */
  readonly notice?: (notice: LogNotice) => void;
}

export type LogNotice =
  | ThreadNotice
  | { readonly type: 'health'; readonly health: LogHealth }
  | { readonly type: 'events_lost'; readonly count: number };

/** The record of all calls of this process. Whatever becomes of the disk or the database, calls do not feel it. */
export interface CallLog {
  /** Takes a microsecond. What it is told is kept within a quarter of a second. */
  readonly observer: CallObserver;
  readonly store: CallStore;
  readonly health: LogHealth;
  /** Where logs lie whose calls are not in this one: they were set aside, by this version or an earlier one. */
  readonly setAside: readonly string[];
  /** It was removed or replaced while it was open: calls from before that may be missing. */
  readonly wasRemoved: boolean;
  /** Somebody who reads it has found something damaged: it is looked through, and mended. */
  suspect(): void;
  /** A recorder for a call whose own clock began at this moment of `clock`. It keeps nothing before it is started. */
  record(callId: string, startedAt: number): CallRecorder;
  /** Where the recording of a call lies, if there is one. */
  recordingPath(callId: string): string;
  /**
   * Tells from now on which journals this process has lost to another: nothing more of those calls is kept, and they
   * are to be let go of without a word to anybody.
   */
  whenFenced(letGo: (lease: Lease) => void): void;
  /** Whether the journal of a call is this process's own, once all that it was told so far is kept. */
  owns(callId: string): Promise<boolean>;
  /**
   * Takes up some of the calls since this moment that are over, of which somebody is still to be told, and which no
   * process has in hand; this one has these. From then on they are in its hands, and in no other's.
   */
  takeUp(sinceWallMs: number, inHand: readonly string[]): Promise<readonly string[]>;
  /** Deletes what has been kept long enough. */
  sweep(retention: Retention): Promise<Swept>;
  /** True when everything that was told so far is kept; false if that was not possible in this time. */
  flush(mostMs: number): Promise<boolean>;
  close(mostMs?: number): Promise<void>;
}

/** Opens the call log. If the store cannot be opened now, calls are logged in memory until it can. */
export async function openCallLog(options: CallLogOptions): Promise<CallLog> {
  const { directory, store: settings, clock, deliversWebhooks = false, times } = options;
  const tell = options.notice ?? (() => {});
  const owner = randomUUID();
  let setAside: readonly string[] = [];
  let wasRemoved = false;
  const health = new HealthBoard(
    () => events.waiting,
    (changed) => tell({ type: 'health', health: changed }),
    () => clock.wallMs(),
  );
  const common = { directory, owner, store: settings, deliversWebhooks };
  const pulse = new Pulse(clock);
  const whenFenced: ((lease: Lease) => void)[] = [];
  const written = { ...common, pulse: pulse.shown, ...(times && { times }) };
  const writing = new LogThread({ role: 'writer', ...written }, clock, {
    notice(notice) {
      if (notice.type === 'store_set_aside') void reading.stop(); // it reads a file that is no longer the log
      if (notice.type === 'logs_set_aside') setAside = notice.paths;
      if (notice.type === 'store_removed') wasRemoved = true;
      if (notice.type === 'folder') {
        health.set('folder', notice.isWritable ? null : 'folder_unwritable');
        if (notice.isWritable) health.set('recordings', null); // until the next one says otherwise
      }
      tell(notice);
    },
    soundTaken: (bytes, isKept) => recordings.taken(bytes, isKept),
    died: () => recordings.threadDied(),
  });
  const reading = new LogThread({ role: 'reader', ...common }, clock, {
    notice(notice) {
      if (notice.type === 'store_suspect') void suspect();
    },
    soundTaken() {},
    died() {},
  });
  let suspectedAt = Number.NEGATIVE_INFINITY;
  const suspect = async (): Promise<void> => {
    if (clock.now() - suspectedAt < SUSPECT_EVERY_MS) return;
    suspectedAt = clock.now();
    await writing.ask({ type: 'suspect' }).catch(() => {}); // whoever writes next hears of it
  };
  const parts: WriterParts = {
    append: (batch) => writing.ask({ type: 'append', batch }),
    lost: (count) => tell({ type: 'events_lost', count }),
    fenced(lease) {
      pulse.letGo(lease);
      for (const letGo of whenFenced) letGo(lease);
    },
  };
  const events: EventWriter = new EventWriter(parts, clock, health);
  const recordings = new Recordings(writing, clock, health);
  const store = new RemoteStore(writing, reading, events);
  const stopOpening = await keepOpening(writing, clock, health);
  const stopChecking = clock.every(CHECK_MS, () => {
    const check = events.check(pulse.leases, (leases) => writing.ask({ type: 'lost', leases }));
    check.catch(() => {}); // the next one may succeed
  });
  const flush = async (mostMs: number): Promise<boolean> => {
    const letGo = writing.hold();
    try {
      return await events.flush(mostMs);
    } finally {
      letGo();
    }
  };

  return {
    observer(callId, event) {
      pulse.note(callId, event);
      events.note(callId, event);
    },
    whenFenced: (letGo) => void whenFenced.push(letGo),
    async owns(callId) {
      await events.settled();
      return writing.ask({ type: 'owns', callId });
    },
    store,
    get health() {
      return health.health;
    },
    get setAside() {
      return setAside;
    },
    get wasRemoved() {
      return wasRemoved;
    },
    suspect: () => void suspect(),
    record: (callId, startedAt) => recordings.record(callId, startedAt),
    recordingPath: (callId) => recordingPath(directory, callId),
    async takeUp(sinceWallMs, inHand) {
      if (events.waiting > MOST_BEHIND) return []; // a log that is behind has other things to do
      const unsettled = new Set([...inHand, ...events.calls]); // that a call was told of may wait to be kept
      return writing.ask({ type: 'take_up', sinceWallMs, inHand: [...unsettled] });
    },
    sweep: (retention) => writing.ask({ type: 'sweep', retention, nowWallMs: clock.wallMs() }),
    flush,
    async close(mostMs = CLOSE_MS) {
      stopOpening();
      pulse.stop();
      stopChecking();
      recordings.close();
      await flush(mostMs);
      await reading.close(); // whoever closes last leaves everything in the one file
      await within(clock, CLOSE_MS, writing.ask({ type: 'close' }));
      await writing.close();
    },
  };
}

/**
 * Opens the store, again and again if it has to be. Waits a moment for it, so that a house that has just opened
 * knows whether it has one.
 */
async function keepOpening(thread: LogThread, clock: Clock, health: HealthBoard): Promise<Cancel> {
  const open = async (): Promise<boolean> => {
    try {
      await thread.ask({ type: 'open' });
      stop();
      health.set('store', null);
    } catch (error) {
      health.refused(error);
    }
    return true;
  };
  const stop = clock.every(OPEN_EVERY_MS, () => void open());
  if (!(await within(clock, OPEN_MS, open()))) health.set('store', 'store_slow');
  return stop;
}

/** Null if it takes longer, or fails. */
function within<T>(clock: Clock, ms: number, promise: Promise<T>): Promise<T | null> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, () => resolve(null));
    const settle = (value: T | null): void => {
      cancel();
      resolve(value);
    };
    promise.then(settle, () => settle(null));
  });
}

const OPEN_MS = 2_000;
const OPEN_EVERY_MS = 3_000;
const CLOSE_MS = 5_000;
/** To look through a log takes a second for every quarter of a gigabyte. */
const SUSPECT_EVERY_MS = 60_000;
const MOST_BEHIND = 5_000;
/** A call on which nothing happens would not learn by itself that another process has it. */
const CHECK_MS = 2_000;

/**
 * What the thread that carries sound shows to the one that keeps the log: that it does its work, and on how many calls.
 * The log's thread says for the process that it is there; but where this one hangs, its calls hang too.
 */
class Pulse {
  readonly shown = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
  /** Those that go on, and in which epoch. */
  readonly #calls = new Map<string, number>();
  readonly stop: Cancel;

  constructor(clock: Clock) {
    this.stop = clock.every(PULSE_MS, () => Atomics.add(this.shown, PULSE.count, 1));
  }

  note(callId: string, { type, seq }: CallEvent): void {
    if (type === 'rang') this.#calls.set(callId, epochOf(seq));
    else if (type !== 'ended' || !this.#calls.delete(callId)) return;
    Atomics.store(this.shown, PULSE.liveCalls, this.#calls.size);
  }

  get leases(): readonly Lease[] {
    return [...this.#calls].map(([callId, epoch]) => ({ callId, epoch }));
  }

  /** The call is another process's by now. */
  letGo({ callId, epoch }: Lease): void {
    if (this.#calls.get(callId) === epoch) this.#calls.delete(callId);
    Atomics.store(this.shown, PULSE.liveCalls, this.#calls.size);
  }
}

const PULSE_MS = 100;

/** The store as the rest of the house knows it: changes go to the thread that writes, questions to another one. */
class RemoteStore implements CallStore {
  readonly #writing: LogThread;
  readonly #reading: LogThread;
  readonly #events: EventWriter;

  constructor(writing: LogThread, reading: LogThread, events: EventWriter) {
    this.#writing = writing;
    this.#reading = reading;
    this.#events = events;
  }

  append(batch: readonly StoredEvent[]): Promise<Appended> {
    return this.#writing.ask({ type: 'append', batch });
  }

  list(query: CallQuery): Promise<CallPage> {
    return this.#reading.ask({ type: 'list', query });
  }

  each(query: CallQuery): AsyncIterable<CallCard> {
    return eachByPages((page) => this.list(page), query);
  }

  card(callId: string): Promise<CallCard | null> {
    return this.#reading.ask({ type: 'card', callId });
  }

  events(callId: string): Promise<readonly CallEvent[]> {
    return this.#reading.ask({ type: 'events', callId });
  }

  review(callId: string, change: ReviewChange): Promise<boolean> {
    return this.#writing.ask({ type: 'review', callId, change });
  }

  figures(query: CallQuery): Promise<readonly DayFigures[]> {
    return this.#reading.ask({ type: 'figures', query });
  }

  /** With its recording, and with what of it still waits to be kept. */
  delete(callId: string): Promise<boolean> {
    this.#events.forget(callId);
    return this.#writing.ask({ type: 'delete', callId });
  }

  /** The log closes it. */
  async close(): Promise<void> {}
}
