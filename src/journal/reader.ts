import type { CallStore } from '../ports/store.ts';
import { recordingPath } from '../recordings/shelf.ts';
import { eachByPages, type SharedStore } from '../stores/shared/shared-store.ts';
import { StoreTrouble, type TroubleReason } from '../stores/shared/trouble.ts';
import { HeldStore } from './held-store.ts';
import type { StoreSettings } from './messages.ts';

/** Where a call log is. */
export interface LogPlace {
  /** Of recordings, and of the embedded database. */
  readonly directory: string;
  readonly store: StoreSettings;
}

/** The call log for whoever does nothing but read it, in a thread that may wait. */
export interface LogReader {
  readonly store: Pick<CallStore, 'list' | 'each' | 'card' | 'events' | 'figures'>;
  recordingPath(callId: string): string;
}

/**
 * What cannot be read now is opened anew the next time; one that has just failed is not waited for again at once.
 * `suspect` is told each time that something is damaged: whoever writes has to look through it.
 */
export function openLogReader(
  { directory, store }: LogPlace,
  wallMs: () => number,
  suspect: () => void,
): LogReader {
  const settings = { role: 'reader', directory, store, owner: '', deliversWebhooks: false } as const;
  const held = new HeldStore(settings, ({ type }) => {
    if (type === 'store_suspect') suspect();
  });
  let failed: { readonly trouble: StoreTrouble; readonly atWallMs: number } | null = null;
  const read = async <T>(work: (store: SharedStore) => Promise<T>): Promise<T> => {
    const sinceMs = failed && wallMs() - failed.atWallMs;
    if (failed && sinceMs !== null && sinceMs >= 0 && sinceMs < NOT_AGAIN_MS) throw failed.trouble;
    try {
      const found = await held.use(work);
      failed = null;
      return found;
    } catch (error) {
      if (error instanceof StoreTrouble) failed = { trouble: error, atWallMs: wallMs() };
      throw error;
    }
  };
  const list: CallStore['list'] = (query) => read((store) => store.list(query));
  return {
    store: {
      list,
      each: (query) => eachByPages(list, query),
      card: (callId) => read((store) => store.card(callId)),
      events: (callId) => read((store) => store.events(callId)),
      figures: (query) => read((store) => store.figures(query)),
    },
    recordingPath: (callId) => recordingPath(directory, callId),
  };
}

/** Why what is kept could not be reached. */
export interface ReadingTrouble {
  readonly reason: TroubleReason;
  readonly sentence: string;
}

/** Null where it was a mistake of ours. */
export function troubleOf(error: unknown): ReadingTrouble | null {
  if (!(error instanceof StoreTrouble) || error.reason === 'bad_data') return null;
  return { reason: error.reason, sentence: error.message };
}

/** A database that is away is asked for some seconds before it is given up. */
const NOT_AGAIN_MS = 1_000;
