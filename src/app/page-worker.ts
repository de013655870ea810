/**
 * The thread in which pages are made: it reads the call log by itself, follows live calls as far as somebody looks at
 * them, and hands over bytes. Whatever it takes, the thread that carries sound only passes them on.
 */
import { access } from 'node:fs/promises';
import { getPriority, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { PageMaker } from '../http/making/page-maker.ts';
import type { FromMaker, ToMaker } from '../http/making/page-requests.ts';
import { type LogPlace, openLogReader, troubleOf } from '../journal/reader.ts';
import { systemClock } from '../ports/clock.ts';
import { callReading } from '../reading/reading.ts';

const place: LogPlace = workerData;
yieldToCalls();
const say = (message: FromMaker) => parentPort?.postMessage(message, ownedBy(message));
const { store, recordingPath } = openLogReader(place, systemClock.wallMs, () => say({ type: 'log_suspect' }));
const maker = new PageMaker({
  store,
  reading: callReading,
  recordings: { find: (callId) => existing(recordingPath(callId)) },
  troubleOf,
  wallMs: systemClock.wallMs,
  say,
});
parentPort?.on('message', (message: ToMaker) => maker.hear(message));

/** On Linux a thread has a priority of its own: where there are fewer cores than work, calls come first. */
function yieldToCalls(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(Math.min(LOWEST_PRIORITY, getPriority() + LOWER));
  } catch {
    // not allowed here: then it is as important as everything else
  }
}

/** Bytes are handed over, not copied. */
function ownedBy(message: FromMaker): ArrayBuffer[] {
  if (message.type === 'made') return message.made.type === 'whole' ? [message.made.bytes.buffer] : [];
  return 'bytes' in message && message.bytes ? [message.bytes.buffer] : [];
}

async function existing(path: string): Promise<string | null> {
  return access(path).then(
    () => path,
    () => null,
  );
}

/** A third of what calls get where both want all there is. */
const LOWER = 5;
const LOWEST_PRIORITY = 19;
