import type { CallStore } from '../../ports/call-store.ts';

/** A store as its writer knows it: besides keeping calls, it knows which process keeps each of them. */
export interface KeptStore extends CallStore {
  /** This process is still there. Calls of one that has not said so for a while are nobody's. */
  beat(): Promise<void>;
  /** Calls that go on according to the log, but whose process is gone. */
  orphans(): Promise<readonly Orphan[]>;
}

export interface Orphan {
  readonly callId: string;
  readonly lastSeq: number;
  readonly lastAtMs: number;
}
