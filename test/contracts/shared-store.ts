import { describe, expect, it } from 'vitest';
import type { SharedStore, Whose } from '../../src/stores/shared/shared-store.ts';
import { eventsOf, rang, SEED_WALL_MS, seededCalls, stored } from '../support/logged-calls.ts';
import { aStoreForEach } from './a-store.ts';

/** What every store promises to the thread that writes it, besides. */
export function describeSharedStore(
  name: string,
  setUp: () => Promise<{ readonly store: SharedStore; dispose(): Promise<void> }>,
): void {
  describe(`a shared store in ${name}`, () => {
    let kept: SharedStore;
    const rig = aStoreForEach(async () => {
      const made = await setUp();
      kept = made.store;
      return made;
    });

    it('names those that are older than wanted, of one agent or of all but some', async () => {
      await rig.fill(5);
      const [first, second, third, fourth] = [...seededCalls(5)].map(({ callId }) => callId);
      const expired = (whose: Whose) => kept.expired(SEED_WALL_MS + 4 * 600_000, whose);

      expect(await expired({ only: 'night-desk' })).toEqual([first, fourth]);
      expect(await expired({ only: 'front-desk' })).toEqual([second, third]);
      expect(await expired({ allBut: ['front-desk', 'day-desk'] })).toEqual([first, fourth]);
      expect(await expired({ allBut: [] })).toEqual([first, second, third, fourth]);
      expect(await expired({ only: "' OR ''='" })).toEqual([]);
    });

    it('names those of which there is sound, until that is noted as deleted', async () => {
      const withSound = (callId: string, n: number, agent = 'front-desk') =>
        stored(
          callId,
          eventsOf([
            [0, rang({ agent, wallMs: SEED_WALL_MS + n })],
            [5, { type: 'recording', state: 'started' }],
            [9, { type: 'ended', reason: 'drained' }],
          ]),
        );
      await rig.fill(5);
      for (const batch of [withSound('CA2', 2), withSound('CA1', 1), withSound('CA3', 3, 'night-desk')])
        await kept.append(batch);
      const recorded = async (beforeMs: number, whose: Whose) =>
        (await kept.recorded(SEED_WALL_MS + beforeMs, whose)).map(
          ({ callId, lastAtMs }) => `${callId} ${lastAtMs}`,
        );

      expect(await recorded(9, { allBut: [] })).toEqual(['CA1 9', 'CA2 9', 'CA3 9']);
      expect(await recorded(2, { allBut: [] })).toEqual(['CA1 9']);
      expect(await recorded(9, { only: 'night-desk' })).toEqual(['CA3 9']);
      expect(await recorded(9, { allBut: ['night-desk'] })).toEqual(['CA1 9', 'CA2 9']);

      await kept.note('CA1', { type: 'recording', state: 'deleted' });
      expect(await recorded(9, { only: 'front-desk' })).toEqual(['CA2 9']);
    });
  });
}
