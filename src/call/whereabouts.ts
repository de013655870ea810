import type { Cancel, Clock } from '../ports/clock.ts';
import type { EndReason } from '../ports/facts.ts';
import type { Leg, LegGone } from '../ports/leg.ts';
import type { Apology, DialOutcome, PhoneCall, TransferOutcome } from '../ports/phone-call.ts';
import type { TransferTarget } from './call-plan.ts';

/** Somebody the caller is being connected with. */
interface Away {
  readonly to: string;
  /** Nobody took the call: a new leg of theirs is about to open. */
  readonly comesBack: boolean;
}

/**
 * Where the caller is: on the way to us, on a leg of ours, with somebody else, or on the way back.
 *
 * Nobody waits for ever for a carrier: where a leg does not open in time, or the other end does not hang up, that is told.
 */
export class Whereabouts {
  readonly #clock: Clock;
  readonly #phoneCall: PhoneCall;
  readonly #overdue: (otherwise: EndReason) => void;
  readonly #legs = new Map<string, Leg>();
  #away: Away | null = null;
  #stopWaiting: Cancel = () => {};

  /** From its first ring on a call waits for its leg. `overdue`: it waits no longer, and that is why it ends. */
  constructor(clock: Clock, phoneCall: PhoneCall, overdue: (otherwise: EndReason) => void) {
    this.#clock = clock;
    this.#phoneCall = phoneCall;
    this.#overdue = overdue;
    this.#wait(CONNECT_MS, 'never_connected');
  }

  /** The caller's; null as long as they are not with us. */
  get leg(): Leg | null {
    return this.#legs.values().next().value ?? null;
  }

  get isAway(): boolean {
    return this.#away !== null;
  }

  has(leg: Leg): boolean {
    return this.#legs.get(leg.id) === leg;
  }

  /** A leg of the caller's has opened: for the first time, or because they are back. */
  arrived(leg: Leg): 'first' | 'back' {
    const isBack = this.#away !== null;
    this.#legs.set(leg.id, leg);
    this.#away = null;
    this.#stopWaiting();
    return isBack ? 'back' : 'first';
  }

  /** A leg is gone. That is the end, unless the caller is with somebody else. */
  gone(leg: Leg, reason: LegGone): EndReason | null {
    if (this.#away === null) return GONE[reason];
    this.#legs.delete(leg.id);
    return null;
  }

  /** The carrier is done with the leg, whatever we believe. */
  get lineEnded(): EndReason | null {
    if (this.#away !== null) return null;
    return this.leg ? 'line_lost' : 'never_connected';
  }

  /** Why a call ends whose carrier says that it is over. */
  get phoneCallEnded(): EndReason {
    return this.#away === null || this.#away.comesBack ? 'caller_hung_up' : 'transferred';
  }

  /** The caller is with us, and not about to leave. */
  get isHere(): boolean {
    return this.leg !== null && this.#away === null;
  }

  /** The caller leaves us for this target. */
  async dial(to: string, { number, announce }: TransferTarget): Promise<DialOutcome> {
    this.#away = { to, comesBack: false };
    this.#wait(RING_MS + LONGEST_TALK_MS + CONNECT_MS, 'transferred');
    return await this.#phoneCall.dial({
      number,
      ...(announce !== undefined && { announce }),
      ringMs: RING_MS,
      mostMs: LONGEST_TALK_MS,
    });
  }

  /** With whom the caller is, or was until a moment ago. */
  get away(): Away | null {
    return this.#away;
  }

  /** Nobody took the call: the caller is with us, or will be as soon as they have a leg again. */
  comesBack(to: string): void {
    if (this.leg) {
      this.#away = null; // the line never went away
      return this.#stopWaiting();
    }
    this.#away = { to, comesBack: true };
    this.#wait(CONNECT_MS, 'line_lost');
  }

  /** Waits for nobody any more. Whoever hangs up does so wherever the caller is by now. */
  async end(isHangingUp: boolean): Promise<void> {
    this.#stopWaiting();
    if (isHangingUp) await this.#phoneCall.hangUp();
    else for (const leg of this.#legs.values()) leg.close(); // the carrier asks how to go on
  }

  /** Has the carrier say what we cannot: the caller is there, in silence, and it asks nothing. */
  async apologise(apology: Apology): Promise<void> {
    await this.#phoneCall.redirect(apology);
  }

  #wait(mostMs: number, otherwise: EndReason): void {
    this.#stopWaiting();
    this.#stopWaiting = this.#clock.after(mostMs, () => {
      if (!this.leg) this.#overdue(otherwise);
    });
  }
}

/** What the model is told of a caller who is back. */
export function cameBackWords(target: string, outcome: TransferOutcome): string {
  return `The caller could not be connected with ${target}: ${CAME_BACK[outcome]} They are back on the line with you. Say so, and offer what else you can do.`;
}

/** Carriers open the line within a second or two of the answer, or never. */
const CONNECT_MS = 30_000;

/** Five rings, about; and no conversation with a colleague takes longer than this. */
const RING_MS = 25_000;
const LONGEST_TALK_MS = 60 * 60_000;

const GONE = {
  hung_up: 'caller_hung_up',
  lost: 'line_lost',
  unusable: 'line_unusable',
} as const satisfies Record<LegGone, EndReason>;

const CAME_BACK = {
  completed: 'the call is over.',
  busy: 'the line is busy.',
  no_answer: 'nobody answers.',
  failed: 'the call did not go through.',
} as const satisfies Record<TransferOutcome, string>;
