/** Whether a tool may run: with others in its thread, in a thread that no other call has, or not at present. */
export type Admission = 'freely' | 'alone' | 'not';

/** What follows from one more end of a thread. */
export interface Struck {
  /** In the last ten minutes. */
  readonly strikes: number;
  /** How long the tool is out of service now; null: it is not. */
  readonly pauseMs: number | null;
}

interface Past {
  struckAt: readonly number[];
  suspectedAt: number;
  pause: { readonly untilMs: number; readonly ms: number; isOnTrial: boolean } | null;
}

/**
 * How often tools have ended their threads of late, and what they may do after that.
 *
 * A tool that does it again and again is out of service for a while; then one run of it is tried, by itself. Old
 * strikes are forgotten: whatever a process does in a month says nothing of today. Times are on one clock.
 */
export class Strikes {
  readonly #past = new Map<string, Past>();

  admit(tool: string, now: number): Admission {
    const past = this.#past.get(tool);
    if (!past) return 'freely';
    if (past.pause) {
      if (past.pause.isOnTrial || now < past.pause.untilMs) return 'not';
      past.pause.isOnTrial = true;
      return 'alone';
    }
    const isOfLate = (at: number) => now - at < STRIKES.windowMs;
    if (isOfLate(past.suspectedAt) || past.struckAt.some(isOfLate)) return 'alone';
    this.#past.delete(tool);
    return 'freely';
  }

  /** It has ended its thread. */
  struck(tool: string, now: number): Struck {
    const past = this.#pastOf(tool);
    past.struckAt = [...past.struckAt.filter((at) => now - at < STRIKES.windowMs), now];
    const strikes = past.struckAt.length;
    const before = past.pause;
    if (!before && strikes < STRIKES.most) return { strikes, pauseMs: null };
    // What was running when it went out of service, and ends as badly, makes it no worse.
    const ms = before ? (before.isOnTrial ? before.ms * 2 : before.ms) : STRIKES.pauseMs;
    past.pause = { untilMs: now + Math.min(ms, STRIKES.mostPauseMs), ms, isOnTrial: false };
    return { strikes, pauseMs: Math.min(ms, STRIKES.mostPauseMs) };
  }

  /** It was one of several that may have done it. */
  suspected(tool: string, now: number): void {
    this.#pastOf(tool).suspectedAt = now;
  }

  /** A run of it came through. True if that was its trial: it is in service again, and nothing is held against it. */
  survived(tool: string): boolean {
    return this.#past.get(tool)?.pause?.isOnTrial === true && this.#past.delete(tool);
  }

  /** A run of it came to nothing for no fault of its own. */
  undecided(tool: string): void {
    const pause = this.#past.get(tool)?.pause;
    if (pause) pause.isOnTrial = false;
  }

  #pastOf(tool: string): Past {
    const past = this.#past.get(tool) ?? {
      struckAt: [],
      suspectedAt: Number.NEGATIVE_INFINITY,
      pause: null,
    };
    this.#past.set(tool, past);
    return past;
  }
}

export const STRIKES = {
  most: 3,
  windowMs: 10 * 60_000,
  /** Long enough for whatever it talks to, short enough for the next caller. */
  pauseMs: 60_000,
  mostPauseMs: 10 * 60_000,
} as const;
