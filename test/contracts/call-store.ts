import { describe } from 'vitest';
import { aStoreForEach, type StoreRig } from './a-store.ts';
import { addsEvents, deletesCalls, listsCalls, takesReviews } from './call-events.ts';
import { sumsUpDays } from './call-figures.ts';
import { findsCalls } from './call-finding.ts';

/** What every store promises, whatever it is made of. */
export function describeCallStore(name: string, setUp: () => Promise<StoreRig>): void {
  describe(`a call store in ${name}`, () => {
    const rig = aStoreForEach(setUp);
    addsEvents(rig);
    listsCalls(rig);
    findsCalls(rig);
    takesReviews(rig);
    sumsUpDays(rig);
    deletesCalls(rig);
  });
}
