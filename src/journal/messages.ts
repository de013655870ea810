import type { Lease } from '../ports/journal.ts';
import type { CallQuery, ReviewChange, StoredEvent } from '../ports/store.ts';
import type { SoundPiece } from '../recordings/recordings.ts';
import type { TroubleReason } from '../stores/shared/trouble.ts';
import type { Durability } from '../stores/sqlite/open.ts';
import type { Neighbour } from './neighbours.ts';
import type { Retention } from './retention.ts';

/** Which store there is. */
export type StoreSettings =
  | { readonly kind: 'sqlite'; readonly durability?: Durability }
  /**
   * `schema`: where in the database; `public` when absent. `environment`: what pg finds there where the address leaves
   * something out.
   */
  | {
      readonly kind: 'postgres';
      readonly url: string;
      readonly schema?: string;
      readonly environment?: Readonly<Record<string, string>>;
    };

/** The environment of a thread that has such a store: whatever else it needs to know is in its settings. */
export function environmentOf(store: StoreSettings): Readonly<Record<string, string>> {
  return store.kind === 'postgres' ? (store.environment ?? {}) : {};
}

/** How often a process says that it is there, and for how long others wait for one that does not. */
export interface LeaseTimes {
  readonly beatMs: number;
  readonly lookMs: number;
  readonly goneMs: number;
}

export interface ThreadSettings {
  /** The writer owns store and recordings; a reader has nothing but a view of the store. */
  readonly role: 'writer' | 'reader';
  readonly directory: string;
  readonly owner: string;
  readonly store: StoreSettings;
  /** Somebody wants to know of every call that is over. */
  readonly deliversWebhooks: boolean;
  /** What the store asks for when absent. */
  readonly times?: LeaseTimes;
  /** What the thread that carries sound shows of itself; a reader needs none. */
  readonly pulse?: Int32Array<SharedArrayBuffer>;
}

/** Where what stands in a pulse: a count that goes on for as long as that thread does its work, and its live calls. */
export const PULSE = { count: 0, liveCalls: 1 } as const;

/** What a thread can be asked, in the words of the store. */
export type Ask =
  | { readonly type: 'open' }
  /** Of a reader: what it read was damaged. */
  | { readonly type: 'suspect' }
  | { readonly type: 'append'; readonly batch: readonly StoredEvent[] }
  | { readonly type: 'list'; readonly query: CallQuery }
  | { readonly type: 'card'; readonly callId: string }
  | { readonly type: 'events'; readonly callId: string }
  | { readonly type: 'review'; readonly callId: string; readonly change: ReviewChange }
  | { readonly type: 'figures'; readonly query: CallQuery }
  | { readonly type: 'delete'; readonly callId: string }
  /** Deletes what has been kept long enough at this moment. */
  | { readonly type: 'sweep'; readonly retention: Retention; readonly nowWallMs: number }
  | { readonly type: 'owns'; readonly callId: string }
  | { readonly type: 'lost'; readonly leases: readonly Lease[] }
  | { readonly type: 'take_up'; readonly sinceWallMs: number; readonly inHand: readonly string[] }
  | { readonly type: 'close' };

export type ToThread =
  | { readonly type: 'ask'; readonly id: number; readonly ask: Ask }
  /** `bytes`: one piece behind the other. */
  | {
      readonly type: 'sound';
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly pieces: readonly SoundPiece[];
    }
  | { readonly type: 'sound_ended'; readonly callId: string };

export type FromThread =
  /** JSON, which is quicker to send than the thing itself. */
  | { readonly type: 'answer'; readonly id: number; readonly json: string }
  | {
      readonly type: 'refusal';
      readonly id: number;
      readonly reason: TroubleReason;
      readonly message: string;
    }
  | { readonly type: 'sound_taken'; readonly bytes: number; readonly isKept: boolean }
  | { readonly type: 'notice'; readonly notice: ThreadNotice };

/** What whoever runs the house should know. */
export type ThreadNotice =
  /** What lay in the place of the call log could not be used, and lies elsewhere now. */
  | { readonly type: 'store_set_aside'; readonly path: string }
  /** Logs lie set aside here: all of them, whenever they are others than before. */
  | { readonly type: 'logs_set_aside'; readonly paths: readonly string[] }
  /** The call log was removed or replaced while it was open. */
  | { readonly type: 'store_removed' }
  /** Whether something new can be begun in the data directory, whenever that has changed. */
  | { readonly type: 'folder'; readonly isWritable: boolean }
  /** The other servers that keep their calls here, whenever they have changed. */
  | { readonly type: 'neighbours'; readonly neighbours: readonly Neighbour[] }
  /** The index of words was broken, and was made anew of the calls; nothing else was touched. */
  | { readonly type: 'index_mended' }
  /** A reader has found something damaged. */
  | { readonly type: 'store_suspect' }
  | { readonly type: 'recording_failed'; readonly callId: string; readonly code: string }
  /** Calls of a process that is gone were given their end. */
  | { readonly type: 'orphans_closed'; readonly calls: number }
  | { readonly type: 'recordings_repaired'; readonly files: number };
