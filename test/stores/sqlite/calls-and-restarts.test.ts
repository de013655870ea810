import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { CallEvent } from '../../../src/ports/facts.ts';
import { openSqliteStore } from '../../../src/stores/sqlite/open.ts';
import { databasePath } from '../../../src/stores/sqlite/set-aside.ts';
import type { SqliteStore } from '../../../src/stores/sqlite/store.ts';
import { overlappingCalls } from '../../support/overlapping-calls.ts';
import { callsByWord } from '../../support/searches.ts';
import { aFolder } from '../../support/temp-folder.ts';

const ROUNDS = 5;

async function searched(
  store: SqliteStore,
  starts: Iterable<string>,
): Promise<Map<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  for (const words of starts) {
    const { calls } = await store.list({ words, limit: 200 });
    found.set(words, calls.map(({ callId }) => callId).sort());
  }
  return found;
}

function quickCheck(directory: string): unknown {
  const database = new DatabaseSync(databasePath(directory), { readOnly: true });
  try {
    return database
      .prepare('PRAGMA quick_check')
      .all()
      .map((row) => row['quick_check']);
  } finally {
    database.close();
  }
}

describe('an embedded call log with varied calls at the same time, round after round', () => {
  it.each([1, 2, 3])(
    'loses none, misses no word of any, and is sound, however often it is started again (calls of seed %i)',
    async (seed) => {
      const directory = aFolder({}).path;
      const kept = new Map<string, readonly CallEvent[]>();

      for (let round = 1; round <= ROUNDS; round++) {
        const opened = openSqliteStore(directory, { owner: `${round}`, wallMs: Date.now });
        expect(opened.setAside).toBeNull();
        const { calls, batches } = overlappingCalls(8, seed * 100 + round);
        for (const batch of batches) await opened.store.append(batch);
        for (const [callId, events] of calls) kept.set(callId, events);

        const there = callsByWord(kept);
        expect(await searched(opened.store, there.keys())).toEqual(there);
        await opened.store.close();
        expect(quickCheck(directory)).toEqual(['ok']);
      }

      const { store, setAside } = openSqliteStore(directory, { owner: 'last', wallMs: Date.now });
      expect(setAside).toBeNull();
      for (const [callId, events] of kept) expect(await store.events(callId)).toEqual(events);
      await store.close();
    },
  );
});
