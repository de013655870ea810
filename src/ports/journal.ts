import type { CallEvent, CallFact } from './facts.ts';

/** The right to write one call's journal. Of all processes one has it at a time; each that acquires it, a higher epoch. */
export interface Lease {
  readonly callId: string;
  readonly epoch: number;
}

/** The numbers of one epoch come before all those of the next: what an owner of before writes late can't be mistaken. */
export const EPOCH_SPAN = 1_000_000;

/** Of the owner that gave an event its number. Who begins a call has the first one, which is 0. */
export function epochOf(seq: number): number {
  return Math.floor(seq / EPOCH_SPAN);
}

/** The same event as that epoch numbers it. */
export function inEpoch(event: CallEvent, epoch: number): CallEvent {
  const seq = epoch * EPOCH_SPAN + (event.seq % EPOCH_SPAN);
  return seq === event.seq ? event : { ...event, seq };
}

/** What happened, and when on the call's clock; it has no number yet. */
export type Stamped = CallFact & { readonly atMs: number };

/** The first events of an epoch. */
export function openingOf({ epoch }: Lease, facts: readonly Stamped[]): readonly CallEvent[] {
  return facts.map((fact, index) => ({ ...fact, seq: epoch * EPOCH_SPAN + 1 + index }));
}

/** What became of a batch, lease by lease; what is not named here was kept as it came. */
export interface Appended {
  /** Somebody else's by now: nothing of these was kept, nor will be. */
  readonly fenced: readonly Lease[];
  /** The call had rung before, and its journal goes on in another epoch than the one that these had. */
  readonly moved: readonly { readonly from: Lease; readonly epoch: number }[];
}

export const ALL_KEPT: Appended = { fenced: [], moved: [] };

export function isSameLease(one: Lease, other: Lease): boolean {
  return one.callId === other.callId && one.epoch === other.epoch;
}
