import type { CallCard } from '../ports/store.ts';
import type { SharedStore, Whose } from '../stores/shared/shared-store.ts';
import type { LogsSetAside, SweptAside } from './logs-set-aside.ts';

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

/** What is needed of the store, each at its turn among what is written. */
export type SweptStore = Pick<
  SharedStore,
  'expired' | 'recorded' | 'forgetWords' | 'card' | 'note' | 'delete' | 'tidy'
>;

/** What is needed of the logs that lie set aside here. */
export type SweptLogs = Pick<LogsSetAside, 'sweep'>;

/** What is needed of the recordings that lie here. */
export interface SweptRecordings {
  /** False if there was none. */
  erase(callId: string): boolean;
  /** The calls of those that were last written to before this moment. */
  older(beforeWallMs: number): readonly string[];
  /** Of whatever call, also where the name of the file does not tell which; says how many. */
  eraseOlder(beforeWallMs: number): number;
}

/**
 * Deletes what has been kept long enough. Best done once an hour, in the thread that may wait; one that fails is simply
 * done again.
 */
export async function sweep(
  store: SweptStore,
  recordings: SweptRecordings,
  setAside: SweptLogs,
  retention: Retention,
  nowWallMs: number,
): Promise<Swept> {
  const before = (days: number | null): number =>
    days === null ? Number.NEGATIVE_INFINITY : nowWallMs - days * DAY_MS;
  const swept = {
    recordings: await sweepRecordings(store, recordings, retention, before),
    words: 0,
    calls: 0,
  };
  for (const [whose, { wordDays, callDays }] of rulesOf(retention)) {
    for (let some = 1; wordDays !== null && some > 0; swept.words += some)
      some = await store.forgetWords(before(wordDays), whose);
    if (callDays === null) continue;
    for (const callId of await store.expired(before(callDays), whose))
      if (await store.delete(callId)) swept.calls++;
  }
  await store.tidy(); // no byte of it is left when this is over
  const aside = await sweepSetAside(setAside, retention, before);
  return { ...swept, words: swept.words + aside.words, calls: swept.calls + aside.calls };
}

/** No single call can be taken out of one that is damaged: it goes as a whole when the first words are due, or sooner. */
function sweepSetAside(
  setAside: SweptLogs,
  retention: Retention,
  before: (days: number | null) => number,
): Promise<SweptAside> {
  const momentOf = (days: number | null) => (days === null ? null : before(days));
  const all = rulesOf(retention);
  const shortest = all.flatMap(([, { wordDays, callDays }]) => [wordDays ?? [], callDays ?? []].flat());
  return setAside.sweep(
    all.map(([whose, { wordDays, callDays }]) => ({
      whose,
      wordsBeforeMs: momentOf(wordDays),
      callsBeforeMs: momentOf(callDays),
    })),
    momentOf(shortest.length > 0 ? Math.min(...shortest, MOST_DAMAGED_DAYS) : null),
  );
}

async function sweepRecordings(
  store: SweptStore,
  recordings: SweptRecordings,
  retention: Retention,
  before: (days: number | null) => number,
): Promise<number> {
  const { agents, others } = retention;
  const lastDay = ({ recordingDays, wordDays, callDays }: KeptDays): number =>
    Math.max(before(recordingDays), before(wordDays), before(callDays));
  const lastDays = [others, ...agents.values()].map(lastDay);
  const newest = Math.max(...lastDays);
  if (newest === Number.NEGATIVE_INFINITY) return 0;

  let erased = 0;
  for (const [whose, days] of rulesOf(retention)) {
    if (lastDay(days) === Number.NEGATIVE_INFINITY) continue; // for ever
    const tried = new Set<string>();
    for (;;) {
      const some = (await store.recorded(lastDay(days), whose)).filter(({ callId }) => !tried.has(callId));
      if (some.length === 0) break;
      for (const call of some) {
        tried.add(call.callId);
        if (recordings.erase(call.callId)) erased++;
        await store.note(call.callId, { type: 'recording', state: 'deleted' }); // the call itself says so from now on
      }
    }
  }
  const leftOver = new Set(recordings.older(lastDay(others) - DAY_MS)); // no call lasts longer
  const isDue = ({ agent, startedWallMs }: CallCard): boolean =>
    startedWallMs < lastDay(agents.get(agent) ?? others);
  // Another node may have noted that of a recording which lies here.
  for (const callId of recordings.older(newest)) {
    const card = await store.card(callId);
    if ((card ? isDue(card) : leftOver.has(callId)) && recordings.erase(callId)) erased++;
  }
  return erased + recordings.eraseOlder(Math.min(...lastDays) - DAY_MS); // names that tell no call
}

function rulesOf({ agents, others }: Retention): readonly (readonly [Whose, KeptDays])[] {
  const own = [...agents].map(([only, days]) => [{ only }, days] as const);
  return [...own, [{ allBut: [...agents.keys()] }, others]];
}

const DAY_MS = 24 * 60 * 60_000;

/** Whoever has not repaired it by then will not. */
const MOST_DAMAGED_DAYS = 30;
