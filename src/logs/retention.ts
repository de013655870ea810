import { AFTERWARDS, type CallEvent } from '../ports/call-log.ts';
import type { CallCard, CallStore, Whose } from '../ports/call-store.ts';

/** How long what is kept, by its kind; null is for ever. */
export interface KeptDays {
  readonly recordingDays: number | null;
  /** What was said and done, and what was written about it. A recording is kept no longer than that. */
  readonly wordDays: number | null;
  /** That there was a call, when, with whom, and its numbers; and all the rest at the latest. */
  readonly callDays: number | null;
}

/** How long whose calls are kept. */
export interface Retention {
  /** By the agent's name. */
  readonly agents: ReadonlyMap<string, KeptDays>;
  /** Calls of agents that are no longer there: nobody says any more how long those were to be kept. */
  readonly others: KeptDays;
}

/** What was deleted. */
export interface Swept {
  readonly recordings: number;
  readonly words: number;
  readonly calls: number;
}

/** What is needed of the thread that owns recordings and store. */
export interface Eraser {
  recording(callId: string): Promise<boolean>;
  /** The calls whose recordings lie here and were last written to before this moment. */
  recordingsOlderThan(wallMs: number): Promise<readonly string[]>;
  /** Of whatever call, also where the name of the file does not tell which. */
  recordingsBefore(wallMs: number): Promise<number>;
  /** Some at a time. */
  wordsBefore(wallMs: number, whose: Whose): Promise<number>;
}

/** Deletes what has been kept long enough. Best done once an hour; one that fails is simply done again. */
export async function sweep(
  store: CallStore,
  erase: Eraser,
  retention: Retention,
  nowWallMs: number,
): Promise<Swept> {
  const before = (days: number | null): number =>
    days === null ? Number.NEGATIVE_INFINITY : nowWallMs - days * DAY_MS;
  const recordings = await sweepRecordings(store, erase, retention, before);
  let words = 0;
  let calls = 0;
  for (const [whose, { wordDays, callDays }] of rulesOf(retention)) {
    for (let some = 1; wordDays !== null && some > 0; words += some)
      some = await erase.wordsBefore(before(wordDays), whose);
    if (callDays === null) continue;
    for (const callId of await store.expired(before(callDays), whose))
      if (await store.delete(callId)) calls++;
  }
  return { recordings, words, calls };
}

async function sweepRecordings(
  store: CallStore,
  erase: Eraser,
  { agents, others }: Retention,
  before: (days: number | null) => number,
): Promise<number> {
  const lastDay = ({ recordingDays, wordDays, callDays }: KeptDays): number =>
    Math.max(before(recordingDays), before(wordDays), before(callDays));
  const isDue = ({ agent, startedWallMs }: CallCard): boolean =>
    startedWallMs < lastDay(agents.get(agent) ?? others);
  const lastDays = [others, ...agents.values()].map(lastDay);
  const newest = Math.max(...lastDays);
  if (newest === Number.NEGATIVE_INFINITY) return 0;

  let erased = 0;
  for await (const card of store.each({ toWallMs: newest })) {
    if (!card.hasRecording || !isDue(card)) continue;
    if (await erase.recording(card.callId)) erased++;
    await noteErased(store, card.callId);
  }
  const leftOver = new Set(await erase.recordingsOlderThan(lastDay(others) - DAY_MS)); // no call lasts longer
  // Another node may have noted that of a recording which lies here.
  for (const callId of await erase.recordingsOlderThan(newest)) {
    const card = await store.card(callId);
    if ((card ? isDue(card) : leftOver.has(callId)) && (await erase.recording(callId))) erased++;
  }
  return erased + (await erase.recordingsBefore(Math.min(...lastDays) - DAY_MS)); // names that tell no call
}

function rulesOf({ agents, others }: Retention): readonly (readonly [Whose, KeptDays])[] {
  const own = [...agents].map(([only, days]) => [{ only }, days] as const);
  return [...own, [{ allBut: [...agents.keys()] }, others]];
}

/** The call itself says from now on that there is no sound of it. Somebody may be about to note something else. */
async function noteErased(store: CallStore, callId: string): Promise<void> {
  const last = (await store.events(callId)).at(-1);
  if (!last) return;
  const seq = last.seq + AFTERWARDS;
  const event: CallEvent = { type: 'recording', state: 'deleted', seq, atMs: last.atMs };
  await store.append([{ callId, event }]);
}

const DAY_MS = 24 * 60 * 60_000;
