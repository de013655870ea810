import type { CallEvent } from '../../ports/facts.ts';
import type { DerivedCard } from '../../reading/card.ts';

/** Who writes a call's journal, as it stands in the store; of one that has just been begun there is no card yet. */
export interface Owned {
  readonly owner: string;
  readonly epoch: number;
  readonly card: DerivedCard | null;
}

/**
 * Whether a process may append these, which it has numbered in this epoch: `fenced` where the journal is another's, or
 * its own of another epoch. Then all of it is refused, for what is written by two is true of neither.
 *
 * A call that rings again begins anew, by the hand of whoever it rings at: its journal was over, or the carrier has
 * asked a second process because it had no answer of the first. Only what rang earlier and comes late is refused.
 */
export type Verdict =
  | { readonly outcome: 'own' | 'acquire'; readonly epoch: number }
  | { readonly outcome: 'fenced' };

export function mayAppend(
  { owner, epoch, card }: Owned,
  self: string,
  own: number,
  events: readonly CallEvent[],
): Verdict {
  const isOwn = owner === self;
  const startedWallMs = card?.startedWallMs || null; // none where what came first has yet to be kept
  const rang = events.find((event) => event.type === 'rang');
  if (!rang || startedWallMs === null)
    return isOwn && own === epoch ? { outcome: 'own', epoch } : { outcome: 'fenced' };
  const isNext = isOwn && own > epoch;
  if (isNext || rang.wallMs > startedWallMs) return { outcome: 'acquire', epoch: Math.max(epoch + 1, own) };
  const isTaken = isOwn && rang.wallMs === startedWallMs; // it may be given again, where the answer was lost
  return isTaken ? { outcome: 'own', epoch } : { outcome: 'fenced' };
}
