import type { CallFact } from '../../ports/facts.ts';
import type { Lease, Stamped } from '../../ports/journal.ts';
import type { CallCard, CallPage, CallQuery, CallStore } from '../../ports/store.ts';
import { limitOf, placeOf } from './search.ts';

/** A store as its writer knows it: besides keeping calls, it knows which process owns the journal of each. */
export interface SharedStore extends CallStore {
  /** This process is still there. */
  beat(): Promise<void>;
  /** It has nothing to do any more: nobody need wait for it. */
  release(): Promise<void>;
  /** The same of others that are gone; but of none that has been heard of since. */
  forget(gone: readonly OwnerSeen[]): Promise<void>;
  /** The other processes that own calls of which something is to be done. Whoever is not among them is gone. */
  owners(): Promise<readonly OwnerSeen[]>;
  /**
   * Takes a journal over from whoever has it in this epoch, and writes the first of the new one into it, all in one.
   * Null: it has another epoch by now, or nothing more is to be written in it. Of several that try, one succeeds.
   */
  acquire(seen: Lease, opening: readonly Stamped[]): Promise<Lease | null>;
  /** Whether the journal of this call is this process's own. */
  owns(callId: string): Promise<boolean>;
  /** Which of these leases are not, or no longer, this process's own; those of calls that are not known are. */
  lost(leases: readonly Lease[]): Promise<readonly Lease[]>;
  /** Notes on a call that is over what is nobody's to say but the house's, behind all that stands there. */
  note(callId: string, fact: CallFact): Promise<void>;
  /** Finishes what could not be finished before, because somebody was reading. */
  tidy(): Promise<void>;
  /** Calls that go on according to the log, and are neither this process's own nor of one of these. */
  orphans(present: readonly string[]): Promise<readonly LoggedCall[]>;
  /**
   * Calls since then that are over and of which somebody is still to be told, some at a time; but those of these
   * processes, and these calls.
   */
  untold(
    sinceWallMs: number,
    present: readonly string[],
    but: readonly string[],
  ): Promise<readonly LoggedCall[]>;
  /** Calls that began before this moment. */
  expired(beforeWallMs: number, whose: Whose): Promise<readonly string[]>;
  /** Calls that began before this moment and of which there is sound, some at a time, the oldest first. */
  recorded(beforeWallMs: number, whose: Whose): Promise<readonly LoggedCall[]>;
  /**
   * Forgets what was said and done on calls that began before this moment, some at a time, and says how many they
   * were. Their cards stay, without what was written about them.
   */
  forgetWords(beforeWallMs: number, whose: Whose): Promise<number>;
}

/** What a process that owns calls has let others know of itself. */
export interface OwnerSeen {
  readonly owner: string;
  /** Another one each time that it says it is there. */
  readonly beat: string;
  /** Which process of which machine it is; empty where that cannot be said. */
  readonly process: string;
}

/** The calls of one agent, or of all agents but these. */
export type Whose = { readonly only: string } | { readonly allBut: readonly string[] };

/** How many calls are forgotten at a time: others want to write too. */
export const FORGOTTEN_AT_ONCE = 200;

/** How many calls are taken up at a time: what happens on live ones is to be kept in between. */
export const TAKEN_UP_AT_ONCE = 5;

/** How far a journal has come. */
export interface LoggedCall extends Lease {
  readonly startedWallMs: number;
  readonly lastAtMs: number;
}

/** A page of cards, of which one more was asked for than it holds. */
export function pageOf(cards: readonly CallCard[], query: CallQuery): CallPage {
  const limit = limitOf(query);
  const calls = cards.slice(0, limit);
  const last = calls.at(-1);
  return { calls, next: last && cards.length > limit ? placeOf(last) : null };
}

/** Every call of a query, a page in memory at a time. No store is held up by whoever reads slowly. */
export async function* eachByPages(
  list: (query: CallQuery) => Promise<CallPage>,
  query: CallQuery,
): AsyncIterable<CallCard> {
  let after = query.after;
  for (;;) {
    const page = await list({ ...query, limit: PAGE, ...(after === undefined ? {} : { after }) });
    yield* page.calls;
    if (page.next === null) return;
    after = page.next;
  }
}

/**
 * So few that a page with long notes dies young: bigger ones outlive the first look of the garbage collector. An
 * export of a hundred megabytes takes 38 more in a fresh server by fives, 50 by twenties, and 200 by hundreds.
 */
const PAGE = 5;
