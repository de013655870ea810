import type { AgentSaid, CallEvent } from '../../ports/facts.ts';
import type { CallQuery } from '../../ports/store.ts';
import type { CallFilter, CallsPageQuery } from '../api/call-query.ts';
import type { PageVisit } from '../pages/layout.ts';

/** Something to read that has to be made: what of, and for whom. Plain data, for it goes to another thread. */
export type PageRequest =
  | {
      readonly type: 'calls_page';
      /** As the form on the page has it, … */
      readonly filter: CallsPageQuery;
      /** … and the store; … */
      readonly query: CallQuery;
      /** … and as it stands in addresses that lead on from there. */
      readonly search: string;
      readonly visit: PageVisit;
    }
  /** What there is to show of calls while what is kept of them cannot be read. */
  | { readonly type: 'live_calls_page'; readonly trouble: LogTrouble; readonly visit: PageVisit }
  | { readonly type: 'live_page'; readonly watched: string | null; readonly visit: PageVisit }
  | {
      readonly type: 'numbers_page';
      readonly filter: CallFilter;
      readonly query: CallQuery;
      readonly search: string;
      readonly visit: PageVisit;
    }
  | { readonly type: 'call_page'; readonly callId: string; readonly visit: PageVisit }
  | { readonly type: 'calls'; readonly query: CallQuery }
  | { readonly type: 'calls_file'; readonly format: 'csv' | 'jsonl'; readonly query: CallQuery }
  | { readonly type: 'figures'; readonly query: CallQuery }
  | { readonly type: 'live_calls' }
  | { readonly type: 'call'; readonly callId: string; readonly what: CallPart };

/** What can be had of one call. */
export type CallPart =
  | 'everything'
  | 'events'
  | 'transcript.txt'
  | 'transcript.vtt'
  | 'transcript.json'
  | 'practice'
  | 'recording'
  | 'peaks';

/** What came of it. */
export type Made =
  | Whole
  /** A file that lies there already. */
  | { readonly type: 'file'; readonly path: string; readonly contentType: string }
  /** There is no such call, or nothing of this kind of it. */
  | { readonly type: 'nothing' }
  /** What is kept of calls cannot be read just now. */
  | { readonly type: 'no_log'; readonly trouble: LogTrouble };

export interface Whole {
  readonly type: 'whole';
  readonly contentType: string;
  /** The name of the file that it is to be kept in. */
  readonly fileName: string | null;
  readonly bytes: Bytes;
  /** More of it comes, a piece at a time. */
  readonly goesOn: boolean;
}

/** They change hands, and are not copied. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Why what is kept cannot be read, and since when. */
export interface LogTrouble {
  /** `store_unreachable` */
  readonly reason: string;
  /** What is the matter there, and what to do. */
  readonly sentence: string;
  readonly sinceWallMs: number;
}

/** What the thread that makes pages is told. */
export type ToMaker =
  | { readonly type: 'wanted'; readonly id: number; readonly wanted: PageRequest }
  /** The next piece of what goes on. */
  | { readonly type: 'more'; readonly id: number }
  /** Nobody waits for the rest of it. */
  | { readonly type: 'enough'; readonly id: number }
  /** What has happened on a live call, in its order, in one piece or several. */
  | {
      readonly type: 'live';
      readonly callId: string;
      readonly targets: readonly string[];
      readonly events: readonly CallEvent[];
    }
  /** What a caller is hearing the agent say at this moment, and what they have just heard. */
  | { readonly type: 'saying'; readonly callId: string; readonly said: readonly AgentSaid[] }
  /** It is over, or nobody looks at it any more. */
  | { readonly type: 'not_live'; readonly callId: string }
  /** Somebody follows a call, or all of them. */
  | { readonly type: 'follow'; readonly id: number; readonly channel: Channel }
  /** One of those who follow a call has left. */
  | { readonly type: 'unfollow'; readonly callId: string }
  /** The moment to tell those who follow all calls what has changed. */
  | { readonly type: 'look' };

/** What it says. */
export type FromMaker =
  | { readonly type: 'made'; readonly id: number; readonly made: Made }
  /** No bytes: that was all. */
  | { readonly type: 'piece'; readonly id: number; readonly bytes: Bytes | null }
  /** It cannot be made, or not to its end, by a mistake of ours. */
  | { readonly type: 'failed'; readonly id: number; readonly message: string }
  /** All there is so far, for one who begins to follow; what is told from here on comes on top of it. */
  | { readonly type: 'opened'; readonly id: number; readonly bytes: Bytes }
  | { readonly type: 'told'; readonly channel: Channel; readonly bytes: Bytes; readonly isLast: boolean }
  /** Whether what is kept can be read, when that changes. */
  | { readonly type: 'log'; readonly trouble: LogTrouble | null }
  /** Something that is kept was found damaged, each time. */
  | { readonly type: 'log_suspect' };

/** A call; null: all that go on. */
export type Channel = string | null;

/** Where pages are made, seen from the thread that carries calls: nothing here waits. */
export interface PagePlace {
  /** Whether there is somebody, or can be at once. */
  isThere(): boolean;
  /** False if there is nobody to take it at the moment. */
  post(message: ToMaker): boolean;
  listen(ears: PageEars): void;
  close(): Promise<void>;
}

export interface PageEars {
  hear(message: FromMaker): void;
  /** Whatever was asked of it will not be answered, and what it was told is forgotten. */
  gone(): void;
}
