/**
 * The thread that may wait: it owns the store and the recordings, so that the one that carries sound never touches
 * a disk. A second one of these, in the role of a reader, answers long questions without holding up what is written.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { unreachable } from '../errors.ts';
import { StoreTrouble } from './keeping/trouble.ts';
import { RecordingShelf } from './recording/shelf.ts';
import { Caretaker } from './thread/caretaker.ts';
import { HeldStore } from './thread/held-store.ts';
import type {
  Ask,
  FromThread,
  SoundPiece,
  ThreadNotice,
  ThreadSettings,
  ToThread,
} from './thread/messages.ts';

const settings: ThreadSettings = workerData;
const say = (message: FromThread): void => parentPort?.postMessage(message);
const notice = (what: ThreadNotice): void => say({ type: 'notice', notice: what });

const held = new HeldStore(settings, notice);
const shelf = new RecordingShelf(settings.directory, (callId, code) =>
  notice({ type: 'recording_failed', callId, code }),
);
const caretaker = new Caretaker(held, settings);
/** What is written is written one after the other. */
let lastWrite: Promise<unknown> = Promise.resolve();

parentPort?.on('message', (message: ToThread) => {
  switch (message.type) {
    case 'ask':
      return void reply(message.id, message.ask);
    case 'sound':
      return keepSound(message.pieces);
    case 'sound_ended':
      return shelf.end(message.callId);
    default:
      return unreachable(message);
  }
});

if (settings.role === 'writer') {
  every(settings.store.kind === 'sqlite' ? 1_000 : 5_000, () => caretaker.beat());
  every(settings.store.kind === 'sqlite' ? 2_000 : 15_000, async () => {
    await caretaker.tidy();
    const calls = await caretaker.closeOrphans();
    if (calls > 0) notice({ type: 'orphans_closed', calls });
  });
  const files = shelf.repair();
  if (files > 0) notice({ type: 'recordings_repaired', files });
}

function keepSound(pieces: readonly SoundPiece[]): void {
  let taken = 0;
  let isKept = true;
  for (const { callId, position, bytes } of pieces) {
    isKept = shelf.write(callId, position, bytes) && isKept;
    taken += bytes.length;
  }
  say({ type: 'sound_taken', bytes: taken, isKept });
}

async function reply(id: number, ask: Ask): Promise<void> {
  try {
    const answer = settings.role === 'writer' ? inOrder(() => answerTo(ask)) : answerTo(ask);
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
      return held.use(async () => undefined);
    case 'suspect':
      await held.suspect();
      return held.use(async () => undefined);
    case 'append':
      await caretaker.note(ask.batch);
      return held.use((store) => store.append(ask.batch));
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
    case 'delete': {
      caretaker.forget(ask.callId);
      const hadSound = shelf.erase(ask.callId, true);
      return (await held.use((store) => store.delete(ask.callId))) || hadSound;
    }
    case 'expired':
      return held.use((store) => store.expired(ask.beforeWallMs, ask.whose));
    case 'forget_words':
      return held.use((store) => store.forgetWords(ask.beforeWallMs, ask.whose));
    case 'erase_recording':
      return shelf.erase(ask.callId, false);
    case 'recordings_older_than':
      return shelf.older(ask.beforeWallMs);
    case 'erase_recordings':
      return shelf.eraseOlder(ask.beforeWallMs);
    case 'take_up':
      return caretaker.takeUp(ask.sinceWallMs, ask.inHand);
    case 'close':
      shelf.close();
      return held.close();
    default:
      return unreachable(ask);
  }
}

function inOrder<T>(work: () => Promise<T>): Promise<T> {
  const result = lastWrite.then(work);
  lastWrite = result.catch(() => {}); // whoever asked is told
  return result;
}

/** What is not possible now is tried again the next time. */
function every(ms: number, work: () => Promise<unknown>): void {
  setInterval(() => void inOrder(work).catch(() => {}), ms);
}
