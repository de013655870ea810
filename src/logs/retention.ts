import type { CallEvent } from '../ports/call-log.ts';
import type { CallStore } from '../ports/call-store.ts';

/** How long what is kept, by its kind; null is for ever. */
export interface Retention {
  readonly recordingDays: number | null;
  /** Everything else of a call, and its recording at the latest. */
  readonly callDays: number | null;
}

export const RETENTION = { recordingDays: 30, callDays: 90 } as const satisfies Retention;

export interface Swept {
  readonly calls: number;
  readonly recordings: number;
}

/** Whatever can erase recordings. */
export interface RecordingEraser {
  erase(callId: string): Promise<boolean>;
  /** Of whatever call: also those of which nothing else is left. */
  eraseOlder(beforeWallMs: number): Promise<number>;
}

/** Deletes what has been kept long enough. Best done once an hour, and as well after a failure. */
export async function sweep(
  store: CallStore,
  recordings: RecordingEraser,
  retention: Retention,
  nowWallMs: number,
): Promise<Swept> {
  let calls = 0;
  let erased = 0;
  if (retention.callDays !== null) {
    for (const callId of await store.expired(nowWallMs - retention.callDays * DAY_MS)) {
      if (await store.delete(callId)) calls++;
    }
  }
  if (retention.recordingDays !== null) {
    const before = nowWallMs - retention.recordingDays * DAY_MS;
    for await (const { callId, hasRecording } of store.each({ toWallMs: before })) {
      if (!hasRecording) continue;
      if (await recordings.erase(callId)) erased++;
      await noteErased(store, callId);
    }
    erased += await recordings.eraseOlder(before - DAY_MS); // a day more: no call lasts longer
  }
  return { calls, recordings: erased };
}

/** The call itself says from now on that there is no sound of it. */
async function noteErased(store: CallStore, callId: string): Promise<void> {
  const last = (await store.events(callId)).at(-1);
  if (!last) return;
  const event: CallEvent = { type: 'recording', state: 'deleted', seq: last.seq + 1, atMs: last.atMs };
  await store.append([{ callId, event }]);
}

const DAY_MS = 24 * 60 * 60_000;
