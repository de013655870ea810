import { expect, it } from 'vitest';
import type { CallEvent } from '../../../src/ports/facts.ts';
import { draftAfter } from '../../../src/reading/card.ts';
import { mayAppend } from '../../../src/stores/shared/fence.ts';
import { aWholeCall, SEED_WALL_MS } from '../../support/logged-calls.ts';

const RANG = aWholeCall();
const LATER = aWholeCall({ wallMs: SEED_WALL_MS + 60_000 });
const EARLIER = aWholeCall({ wallMs: SEED_WALL_MS - 60_000 });
const REST = aWholeCall().slice(1);

/** A call that `one` has in epoch 3. */
function owned(events: readonly CallEvent[]) {
  return { owner: 'one', epoch: 3, card: draftAfter(null, 'CA1', events)?.card ?? null };
}

it.each([
  ['the owner, of its own epoch', 'one', 3, REST, 'own 3'],
  ['the owner, of an older epoch', 'one', 2, REST, 'fenced'],
  ['the owner, of one that it has not got', 'one', 4, REST, 'fenced'],
  ['somebody else, of this epoch', 'other', 3, REST, 'fenced'],
  ['somebody else, of a later one', 'other', 4, REST, 'fenced'],
  ['the owner, with the same ring again, whose answer was lost', 'one', 0, RANG, 'own 3'],
  ['the owner, with the next ring', 'one', 4, LATER, 'acquire 4'],
  ['the owner, with the next ring, in an epoch that is taken', 'one', 3, LATER, 'acquire 4'],
  ['the owner, with a ring of before that comes late', 'one', 0, EARLIER, 'fenced'],
  ['somebody else, with a later ring', 'other', 0, LATER, 'acquire 4'],
  ['somebody else, with the same ring', 'other', 0, RANG, 'fenced'],
  ['somebody else, with an earlier ring that comes late', 'other', 9, EARLIER, 'fenced'],
] as const)('lets %s write what is theirs to write', (_who, self, own, events, expected) => {
  for (const known of [RANG, RANG.slice(0, 6)]) {
    const verdict = mayAppend(owned(known), self, own, events);

    expect(verdict.outcome === 'fenced' ? 'fenced' : `${verdict.outcome} ${verdict.epoch}`).toBe(expected);
  }
});

it('lets nobody but the owner write where what came first has yet to be kept', () => {
  for (const known of [[], REST]) {
    expect(mayAppend(owned(known), 'one', 3, RANG)).toEqual({ outcome: 'own', epoch: 3 });
    expect(mayAppend(owned(known), 'other', 0, LATER)).toEqual({ outcome: 'fenced' });
  }
});
