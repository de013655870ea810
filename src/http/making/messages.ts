import type { AgentSaid, CallEvent } from '../../ports/facts.ts';
import type { Bytes, LogTrouble, Made, PageRequest } from './page-requests.ts';

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
