/**
 * Hears what both ends of a call hear, on the call's own clock: for recordings, and for whoever listens in.
 * Must be quick and must not throw.
 */
export interface CallTap {
  /** From now on what is heard may be kept. */
  start(now: number): void;
  /** Sound of the caller's: its place on the line's own clock, and when it came. */
  callerHeard(audio: Uint8Array, lineMs: number, now: number): void;
  /** Sound that the caller's phone will begin to play at that time, … */
  agentPlayed(audio: Uint8Array, startsAt: number): void;
  /** … unless this comes first: nothing is played any more from then on. */
  agentCleared(now: number): void;
  /** A mark behind what was sent so far: the phone gives it back when it has played that, at this time or later. */
  agentMarked(name: string, dueAt: number): void;
  markReturned(name: string, now: number): void;
  /** It places sound by marks: the more of them, the better. */
  readonly wantsMarks: boolean;
  pause(now: number): void;
  resume(now: number): void;
  end(now: number): void;
}

export const NO_TAP: CallTap = {
  start() {},
  callerHeard() {},
  agentPlayed() {},
  agentMarked() {},
  wantsMarks: false,
  markReturned() {},
  agentCleared() {},
  pause() {},
  resume() {},
  end() {},
};
