import type { EndReason } from '../../ports/facts.ts';

/** Why and how the agent is about to leave the conversation. */
export type Leave =
  | { readonly kind: 'hang_up'; readonly reason: EndReason }
  | { readonly kind: 'transfer'; readonly target: string };

/** `isUnsaid`: the caller has not heard a word of why. */
export type Due = { readonly leave: Leave; readonly isUnsaid: boolean };

/**
 * Leaving, once the caller has heard the last word.
 *
 * Whoever still has something to say keeps the call: a goodbye that is cut off was none. Only the time limit is not
 * to be talked out of.
 */
export class Departure {
  #planned: { readonly leave: Leave; readonly at: number } | null = null;

  /** Planned, and may be called off yet. */
  get isOpen(): boolean {
    return this.#planned !== null && !isFinal(this.#planned.leave);
  }

  /** A goodbye that is announced again has begun all the same. */
  plan(leave: Leave, now: number): void {
    if (this.#planned && isFinal(this.#planned.leave)) return;
    const goesOn = this.#planned?.leave.kind === leave.kind && !isFinal(leave);
    this.#planned = { leave, at: goesOn && this.#planned ? this.#planned.at : now };
  }

  /** What was planned and has just lost its point. */
  callOff(): Leave | null {
    if (!this.#planned || !this.isOpen) return null;
    const { leave } = this.#planned;
    this.#planned = null;
    return leave;
  }

  /** What is to be done now, if its time has come. `heardAt`: when the caller last heard the agent. */
  due(isQuiet: boolean, heardAt: number, now: number): Due | null {
    if (!this.#planned) return null;
    const { leave, at } = this.#planned;
    const isLate = now - at >= LONGEST_GOODBYE_MS;
    if (!isQuiet && !isLate) return null;
    this.#planned = null;
    return { leave, isUnsaid: heardAt < at && (isLate || !isSaidBefore(leave)) };
  }
}

function isFinal(leave: Leave): boolean {
  return leave.kind === 'hang_up' && leave.reason === 'too_long';
}

/** A model says goodbye and then hangs up; the house hangs up and has goodbye said. */
function isSaidBefore(leave: Leave): boolean {
  return leave.kind === 'transfer' || leave.reason === 'agent_hung_up';
}

/** A goodbye that does not end is not worth staying for. */
const LONGEST_GOODBYE_MS = 10_000;
