import type { CallEvent } from '../ports/call-log.ts';
import type { CallStore } from '../ports/call-store.ts';

/** How long what is kept, by its kind; null is for ever. */
export interface Retention {
  readonly recordingDays: number | null;
  /** What was said and done, and what was written about it. A recording is kept no longer than that. */
  readonly wordDays: number | null;
  /** That there was a call, when, with whom, and its numbers; and all the rest at the latest. */
  readonly callDays: number | null;
}

export const RETENTION = { recordingDays: 30, wordDays: 90, callDays: 365 } as const satisfies Retention;

/** What was deleted. */
export interface Swept {
  readonly recordings: number;
  readonly words: number;
  readonly calls: number;
}

/** What is needed of the thread that owns recordings and store. */
export interface Eraser {
  recording(callId: string): Promise<boolean>;
  /** Of whatever call: also those of which nothing else is left. */
  recordingsBefore(wallMs: number): Promise<number>;
  /** Some at a time. */
  wordsBefore(wallMs: number): Promise<number>;
}

/** Deletes what has been kept long enough. Best done once an hour; one that fails is simply done again. */
export async function sweep(
  store: CallStore,
  erase: Eraser,
  retention: Retention,
  nowWallMs: number,
): Promise<Swept> {
  const { recordingDays, wordDays, callDays } = retention;
  const before = (days: number | null): number =>
    days === null ? Number.NEGATIVE_INFINITY : nowWallMs - days * DAY_MS;
  const recordingsBefore = Math.max(before(recordingDays), before(wordDays), before(callDays));

  let recordings = 0;
  if (Number.isFinite(recordingsBefore)) {
    for await (const { callId, hasRecording } of store.each({ toWallMs: recordingsBefore })) {
      if (!hasRecording) continue;
      if (await erase.recording(callId)) recordings++;
      await noteErased(store, callId);
    }
    recordings += await erase.recordingsBefore(recordingsBefore - DAY_MS); // a day more: no call lasts longer
  }

  let words = 0;
  for (let some = 1; wordDays !== null && some > 0; words += some)
    some = await erase.wordsBefore(before(wordDays));

  let calls = 0;
  if (callDays !== null) {
    for (const callId of await store.expired(before(callDays))) if (await store.delete(callId)) calls++;
  }
  return { recordings, words, calls };
}

/** The call itself says from now on that there is no sound of it. */
async function noteErased(store: CallStore, callId: string): Promise<void> {
  const last = (await store.events(callId)).at(-1);
  if (!last) return;
  const event: CallEvent = { type: 'recording', state: 'deleted', seq: last.seq + 1, atMs: last.atMs };
  await store.append([{ callId, event }]);
}

const DAY_MS = 24 * 60 * 60_000;
