import type { AudioFormat } from '../audio/format.ts';

/**
 * The sound of one phone, both ways, and what comes with it. It ends with its socket; whatever is to be done to the
 * phone call itself is asked of its carrier, see `PhoneCall`.
 *
 * A leg plays what it is given in order, at one second per second, from a buffer at the carrier.
 * `clear` empties that buffer; every mark still in it comes back at once.
 */
export interface Leg {
  /** Unique among the legs of its call, the later ones included. */
  readonly id: string;
  /** Of its sound, both ways. */
  readonly format: AudioFormat;
  /** Bytes we wrote that the carrier's side has not taken yet. Grows when the line is stuck. */
  readonly backlogBytes: number;
  /**
   * Hands over who is told of everything that happens on the line. Called once, by the call that takes it; what happened
   * before is told then, as far back as a few seconds, and that the line is gone in any case.
   */
  listen(listener: (event: LegEvent) => void): void;
  play(audio: Uint8Array): void;
  /** Comes back as an event when everything played before it was heard, or was cleared. */
  mark(name: string): void;
  /** Comes back as a `pong` as soon as the carrier has all that was sent before. Absent on lines that cannot tell. */
  ping?(name: string): void;
  clear(): void;
  /** Ends the line only: the carrier then asks what to do next. A second time is quiet. */
  close(): void;
}

export type LegEvent =
  | { readonly type: 'audio'; readonly audio: Uint8Array; readonly atMs: number }
  | { readonly type: 'mark'; readonly name: string }
  | { readonly type: 'pong'; readonly name: string }
  | { readonly type: 'digit'; readonly digit: string }
  | { readonly type: 'gone'; readonly reason: LegGone };

/** `hung_up`: the carrier said goodbye. `lost`: the line broke. `unusable`: it speaks a format we cannot. */
export type LegGone = 'hung_up' | 'lost' | 'unusable';

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
