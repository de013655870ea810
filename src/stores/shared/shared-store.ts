import type { CallStore } from '../../ports/store.ts';

/** A store as its writer knows it: besides keeping calls, it knows which process keeps each of them. */
export interface SharedStore extends CallStore {
  /** This process is still there. Calls of one that has not said so for a while are nobody's. */
  beat(): Promise<void>;
  /** Finishes what could not be finished before, because somebody was reading. */
  tidy(): Promise<void>;
  /** Calls that go on according to the log, but whose process is gone. */
  orphans(): Promise<readonly Orphan[]>;
  /**
   * Calls since then that are over and of which somebody is still to be told, but these; some at a time. They are this
   * process's own, or of one that is gone.
   */
  untold(sinceWallMs: number, but: readonly string[]): Promise<readonly Orphan[]>;
  /** Calls that began before this moment. */
  expired(beforeWallMs: number, whose: Whose): Promise<readonly string[]>;
  /** Calls that began before this moment and of which there is sound, some at a time, the oldest first. */
  recorded(beforeWallMs: number, whose: Whose): Promise<readonly Orphan[]>;
  /**
   * Forgets what was said and done on calls that began before this moment, some at a time, and says how many they
   * were. Their cards stay, without what was written about them.
   */
  forgetWords(beforeWallMs: number, whose: Whose): Promise<number>;
}

/** The calls of one agent, or of all agents but these. */
export type Whose = { readonly only: string } | { readonly allBut: readonly string[] };

/** How many calls are forgotten at a time: others want to write too. */
export const FORGOTTEN_AT_ONCE = 200;

/** How many calls are taken up at a time: what happens on live ones is to be kept in between. */
export const TAKEN_UP_AT_ONCE = 5;

export interface Orphan {
  readonly callId: string;
  readonly startedWallMs: number;
  readonly lastSeq: number;
  readonly lastAtMs: number;
}
