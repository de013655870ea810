import type { EndReason } from '../ports/call-log.ts';

/** Why and how the agent is about to leave the conversation. */
export type Leave =
  | { readonly kind: 'hang_up'; readonly reason: EndReason }
  | { readonly kind: 'transfer'; readonly target: string };

/**
 * Leaving, once the caller has heard the last word.
 *
 * Whoever still has something to say keeps the call: a goodbye that is cut off was none.
 */
export class Departure {
  #planned: { readonly leave: Leave; readonly at: number } | null = null;

  plan(leave: Leave, now: number): void {
    this.#planned = { leave, at: now };
  }

  /** What was planned and has just lost its point. */
  callOff(): Leave | null {
    const leave = this.#planned?.leave ?? null;
    this.#planned = null;
    return leave;
  }

  /** What is to be done now, if its time has come. */
  due(isQuiet: boolean, now: number): Leave | null {
    if (!this.#planned) return null;
    const { leave, at } = this.#planned;
    if (!isQuiet && now - at < LONGEST_GOODBYE_MS) return null;
    this.#planned = null;
    return leave;
  }
}

/** A goodbye that does not end is not worth staying for. */
const LONGEST_GOODBYE_MS = 10_000;
