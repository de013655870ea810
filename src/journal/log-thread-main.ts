/**
 * The thread that may wait: it owns the store and the recordings, so that the one that carries sound never touches
 * a disk. A second one of these, in the role of a reader, answers long questions without holding up what is written.
 */
import { setImmediate } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { unreachable } from '../errors.ts';
import type { SoundPiece } from '../recordings/recordings.ts';
import { RecordingShelf } from '../recordings/shelf.ts';
import type { SharedStore } from '../stores/shared/shared-store.ts';
import { closedTrouble, StoreTrouble } from '../stores/shared/trouble.ts';
import { againAndAgain } from './again-and-again.ts';
import { HeldStore } from './held-store.ts';
import { Leases, leaseTimesOf } from './lease.ts';
import { LogsSetAside } from './logs-set-aside.ts';
import {
  type Ask,
  type FromThread,
  PULSE,
  type ThreadNotice,
  type ThreadSettings,
  type ToThread,
} from './messages.ts';
import { type SweptLogs, type SweptRecordings, type SweptStore, sweep } from './retention.ts';
import { Surroundings } from './surroundings.ts';

const settings: ThreadSettings = workerData;
const say = (message: FromThread): void => parentPort?.postMessage(message);
const notice = (what: ThreadNotice): void => say({ type: 'notice', notice: what });

const held = new HeldStore(settings, notice);
const shelf = new RecordingShelf(settings.directory, (callId, code) =>
  notice({ type: 'recording_failed', callId, code }),
);
const setAside = new LogsSetAside(settings.directory);
const surroundings = settings.role === 'writer' ? new Surroundings(settings, setAside, notice) : null;
const leases = new Leases(held, settings, () => pulseOf('liveCalls'));
/** What is written is written one after the other. */
let lastWrite: Promise<unknown> = Promise.resolve();
/** A recording that goes on is written to several times a second. */
const STILL_WRITTEN_MS = 5_000;
let isClosing = false;
let isAlive = true;
let pulse = -1;
const recordingsForSweeping: SweptRecordings = {
  erase: (callId) => shelf.erase(callId, false),
  older: (beforeWallMs) => shelf.older(beforeWallMs),
  eraseOlder: (beforeWallMs) => shelf.eraseOlder(beforeWallMs),
};
const logsForSweeping: SweptLogs = {
  sweep: (rules, erasesBeforeMs) => inOrder(() => setAside.sweep(rules, erasesBeforeMs)),
};

parentPort?.on('message', (message: ToThread) => {
  switch (message.type) {
    case 'ask':
      return void reply(message.id, message.ask);
    case 'sound':
      return keepSound(message.bytes, message.pieces);
    case 'sound_ended':
      return shelf.end(message.callId);
    default:
      return unreachable(message);
  }
});

if (settings.role === 'writer') {
  const { beatMs, lookMs } = leaseTimesOf(settings);
  every(beatMs, async () => {
    isAlive = hasPulse();
    if (isAlive) await leases.beat();
  });
  every(lookMs, async () => {
    surroundings?.look();
    await held.use((store) => store.tidy());
    if (!isAlive) return; // it is not the one to say who is gone
    const calls = await leases.closeOrphans();
    if (calls > 0) notice({ type: 'orphans_closed', calls });
  });
  repairRecordings();
  setTimeout(repairRecordings, 2 * STILL_WRITTEN_MS); // those of a process that was killed a moment ago
}

/** Where the thread that carries sound hangs, the process is as good as gone, whatever this thread does. */
function hasPulse(): boolean {
  const before = pulse;
  pulse = pulseOf('count');
  return pulse !== before;
}

function pulseOf(what: keyof typeof PULSE): number {
  return settings.pulse ? Atomics.load(settings.pulse, PULSE[what]) : 0;
}

function repairRecordings(): void {
  const files = shelf.repair(Date.now() - STILL_WRITTEN_MS);
  if (files > 0) notice({ type: 'recordings_repaired', files });
}

function keepSound(bytes: Uint8Array, pieces: readonly SoundPiece[]): void {
  let taken = 0;
  let isKept = true;
  for (const { callId, position, length } of pieces) {
    isKept = shelf.write(callId, position, bytes.subarray(taken, taken + length)) && isKept;
    taken += length;
  }
  say({ type: 'sound_taken', bytes: taken, isKept });
}

async function reply(id: number, ask: Ask): Promise<void> {
  try {
    // A sweep is long: each of its steps waits for its turn instead.
    const isInOrder = settings.role === 'writer' && ask.type !== 'sweep';
    const answer = isInOrder ? inOrder(() => answerTo(ask)) : answerTo(ask);
    say({ type: 'answer', id, json: JSON.stringify((await answer) ?? null) });
  } catch (error) {
    const trouble =
      error instanceof StoreTrouble
        ? error
        : new StoreTrouble('store_failed', 'The call log failed by a mistake of ours.', { cause: error });
    say({ type: 'refusal', id, reason: trouble.reason, message: trouble.message });
  }
}

async function answerTo(ask: Ask): Promise<unknown> {
  switch (ask.type) {
    case 'open':
      await held.use(async () => undefined);
      if (surroundings) void inOrder(async () => surroundings.look());
      return;
    case 'suspect':
      await held.suspect();
      return held.use(async () => undefined);
    case 'append':
      return leases.append(ask.batch);
    case 'list':
      return held.use((store) => store.list(ask.query));
    case 'card':
      return held.use((store) => store.card(ask.callId));
    case 'events':
      return held.use((store) => store.events(ask.callId));
    case 'review':
      return held.use((store) => store.review(ask.callId, ask.change));
    case 'figures':
      return held.use((store) => store.figures(ask.query));
    case 'delete':
      return erase(ask.callId);
    case 'sweep':
      return sweep(storeForSweeping(), recordingsForSweeping, logsForSweeping, ask.retention, ask.nowWallMs);
    case 'owns':
      return held.use((store) => store.owns(ask.callId));
    case 'lost':
      return held.use((store) => store.lost(ask.leases));
    case 'take_up':
      return leases.takeUp(ask.sinceWallMs, ask.inHand);
    case 'close':
      isClosing = true;
      shelf.close();
      surroundings?.close();
      return held.release();
    default:
      return unreachable(ask);
  }
}

async function erase(callId: string): Promise<boolean> {
  leases.forget(callId);
  const hadSound = shelf.erase(callId, true);
  const wasOutOfBand = await setAside.delete(callId);
  return (await held.use((store) => store.delete(callId))) || hadSound || wasOutOfBand;
}

/** What happens on live calls is kept in between, and a house that closes waits for one step. */
function storeForSweeping(): SweptStore {
  const step = async <T>(work: (store: SharedStore) => Promise<T>): Promise<T> => {
    await setImmediate(); // the embedded store lets nobody in by itself: what it does is done when it returns
    return inOrder(() => held.use(work));
  };
  return {
    expired: (beforeWallMs, whose) => step((store) => store.expired(beforeWallMs, whose)),
    recorded: (beforeWallMs, whose) => step((store) => store.recorded(beforeWallMs, whose)),
    forgetWords: (beforeWallMs, whose) => step((store) => store.forgetWords(beforeWallMs, whose)),
    card: (callId) => step((store) => store.card(callId)),
    note: (callId, fact) => step((store) => store.note(callId, fact)),
    delete: (callId) => step(() => erase(callId)),
    tidy: () => step((store) => store.tidy()),
  };
}

/** Nothing any more once it is closed: whatever opened the store again then would leave it open. */
function inOrder<T>(work: () => Promise<T>): Promise<T> {
  const result = lastWrite.then(() => {
    if (isClosing) throw closedTrouble();
    return work();
  });
  lastWrite = result.catch(() => {}); // whoever asked is told
  return result;
}

/** What is not possible now is tried again the next time. */
function every(ms: number, work: () => Promise<unknown>): void {
  againAndAgain(ms, () => inOrder(work));
}
