import type { Admission, Switchboard } from '../ports/carrier.ts';
import { isSameLease, type Lease } from '../ports/journal.ts';
import type { Leg } from '../ports/leg.ts';
import type { Aftermath, Continuation, IncomingCall, TransferOutcome } from '../ports/phone-call.ts';
import { aftermathOf, Call, type CallSurroundings } from './call.ts';
import type { CallPlan } from './call-plan.ts';

/** Every call that lives in this process: lets them in, finds them, and sees the last of them out. */
export class LiveCalls implements Switchboard {
  readonly #around: CallSurroundings;
  readonly #planFor: (incoming: IncomingCall) => CallPlan | null;
  readonly #mostCalls: number;
  readonly #hasRoomFor: (coming: number, live: number) => boolean;
  readonly #live = new Map<string, Call>();
  /** How the last calls ended, for the carrier that asks a moment later. */
  readonly #endings = new Map<string, { readonly aftermath: Aftermath; readonly epoch: number }>();
  #drained: (() => void) | null = null;
  #lastEndAt = Number.NEGATIVE_INFINITY;

  constructor(
    around: CallSurroundings,
    planFor: (incoming: IncomingCall) => CallPlan | null,
    mostCalls: number,
    /** Whether the process could open what so many calls need that have yet to do so, beside those that live. */
    hasRoomFor: (coming: number, live: number) => boolean = () => true,
  ) {
    this.#around = around;
    this.#planFor = planFor;
    this.#mostCalls = mostCalls;
    this.#hasRoomFor = hasRoomFor;
  }

  get count(): number {
    return this.#live.size;
  }

  /** A call that goes on at this moment. */
  find(callId: string): Call | undefined {
    return this.#live.get(callId);
  }

  get all(): readonly Call[] {
    return [...this.#live.values()];
  }

  /** Whether a new call would be let in at this moment, and if not, why. */
  get admission(): Admission {
    if (this.#drained) return { admitted: false, because: 'draining' };
    const live = this.#live.size;
    const coming = 1 + this.all.filter(({ hasLine }) => !hasLine).length;
    if (live >= this.#mostCalls || !this.#hasRoomFor(coming, live))
      return { admitted: false, because: 'full' };
    return { admitted: true, isNew: true };
  }

  async ring(incoming: IncomingCall): Promise<Admission> {
    const { callId } = incoming;
    if (this.#live.has(callId)) return { admitted: true, isNew: false };
    const { admission } = this;
    if (!admission.admitted) return admission;

    try {
      const plan = this.#planFor(incoming);
      if (!plan) return { admitted: false, because: 'nobody_answers_it' };
      const before = this.#endings.get(callId);
      const epoch = before ? before.epoch + 1 : 0; // what it still notes of its first time is not to be mistaken
      const call = new Call(
        incoming,
        plan,
        this.#around,
        (reason, isUnsaid) =>
          this.#forget({ callId, epoch }, isUnsaid ? plan.apology : aftermathOf(reason, plan.apology)),
        epoch,
      );
      this.#endings.delete(callId);
      this.#live.set(callId, call);
      return admission;
    } catch (error) {
      this.#around.crashed(callId, error);
      return { admitted: false, because: 'out_of_order' };
    }
  }

  async connect(callId: string, leg: Leg): Promise<boolean> {
    return this.#live.get(callId)?.connect(leg) ?? false;
  }

  async after(callId: string): Promise<Aftermath> {
    this.#live.get(callId)?.lineEnded(); // we may believe in a line that the carrier has let go of
    return this.#endings.get(callId)?.aftermath ?? {};
  }

  async returned(callId: string, outcome: TransferOutcome): Promise<Continuation> {
    if (this.#live.get(callId)?.returned(outcome)) return 'reconnect';
    return outcome === 'completed' ? 'hang_up' : (this.#endings.get(callId)?.aftermath ?? {});
  }

  awaitsPicture(from: string, to: string): boolean {
    return this.#between(from, to) !== undefined;
  }

  pictureCame(from: string, to: string, picture: Uint8Array, mediaType: string): void {
    this.#between(from, to)?.show(picture, mediaType);
  }

  /**
   * Another process has acquired the journal of a call: whatever this one still has of it goes, without a word. False:
   * nothing goes on of it here.
   */
  letGo(lease: Lease): boolean {
    const call = this.#live.get(lease.callId);
    if (!call || !isSameLease(call.lease, lease)) return false;
    call.letGo();
    this.#forget(lease, {}); // the carrier may ask here all the same
    return true;
  }

  callEnded(callId: string): void {
    this.#live.get(callId)?.phoneCallEnded();
  }

  /**
   * Lets nobody in any more; resolves when the last call is over, at the latest after this time.
   * True if a carrier may be about to ask how a call goes on that has just ended here: what to say, or just to hang up.
   */
  async drain(mostMs: number): Promise<boolean> {
    const lastCallIsOver = new Promise<void>((resolve) => {
      this.#drained = resolve;
    });
    if (this.#live.size > 0) {
      const cancel = this.#around.clock.after(mostMs, () => {
        for (const call of this.#live.values()) call.end('drained');
      });
      await lastCallIsOver;
      cancel();
    }
    return this.#around.clock.now() - this.#lastEndAt < ASKED_WITHIN_MS;
  }

  #between(from: string, to: string): Call | undefined {
    return this.all.find(({ incoming }) => incoming.from === from && incoming.to === to);
  }

  #forget({ callId, epoch }: Lease, aftermath: Aftermath): void {
    this.#live.delete(callId);
    this.#endings.set(callId, { aftermath, epoch });
    this.#lastEndAt = this.#around.clock.now();
    const oldest = this.#endings.keys().next().value;
    if (this.#endings.size > MOST_ENDINGS && oldest !== undefined) this.#endings.delete(oldest);
    if (this.#live.size === 0) this.#drained?.();
  }
}

const ASKED_WITHIN_MS = 2_000;

/** The carrier asks within seconds; at a thousand calls per process this still covers minutes. */
const MOST_ENDINGS = 2_000;
