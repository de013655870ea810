import type { CallQuery } from '../../ports/store.ts';
import type { CallFilter, CallsPageQuery } from '../api/call-query.ts';
import type { PageContext } from '../pages/layout.ts';

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
      readonly context: PageContext;
    }
  /** What there is to show of calls while what is kept of them cannot be read. */
  | { readonly type: 'live_calls_page'; readonly trouble: LogTrouble; readonly context: PageContext }
  | { readonly type: 'live_page'; readonly watched: string | null; readonly context: PageContext }
  | {
      readonly type: 'numbers_page';
      readonly filter: CallFilter;
      readonly query: CallQuery;
      readonly search: string;
      readonly context: PageContext;
    }
  | { readonly type: 'call_page'; readonly callId: string; readonly context: PageContext }
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
