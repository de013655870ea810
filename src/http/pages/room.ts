import type { CallState } from '../../ports/call-state.ts';
import type { LiveCallEvents } from '../../ports/live-view.ts';
import type { CallReading } from '../../ports/reading.ts';
import type { Recordings } from '../../ports/recordings.ts';
import type { CallStore } from '../../ports/store.ts';

/** What pages are made of, in the thread where they are made. */
export interface Room {
  readonly store: CallReads;
  readonly recordings: Recordings;
  readonly reading: CallReading;
  /** The calls that go on, as far as somebody looks at them. */
  readonly live: LiveView;
}

export type CallReads = Pick<CallStore, 'list' | 'each' | 'card' | 'events' | 'figures'>;

export interface LiveView {
  list(): readonly KnownLiveCall[];
  find(callId: string): KnownLiveCall | undefined;
}

export interface KnownLiveCall extends LiveCallEvents {
  readonly state: CallState;
}
