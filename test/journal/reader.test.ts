import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openLogReader } from '../../src/journal/reader.ts';
import { databasePath } from '../../src/stores/sqlite/set-aside.ts';
import { aFolder } from '../support/temp-folder.ts';
import { TestClock } from '../support/test-clock.ts';

it('says each time that what it reads is damaged: whoever writes may have been too busy to look the first time', async () => {
  const directory = aFolder({}).path;
  writeFileSync(databasePath(directory), 'no database at all'.repeat(1_000));
  const clock = new TestClock();
  let suspected = 0;
  const { store } = openLogReader(
    { directory, store: { kind: 'sqlite' } },
    () => clock.wallMs(),
    () => {
      suspected += 1;
    },
  );

  for (let n = 1; n <= 3; n++) {
    await expect(store.list({})).rejects.toMatchObject({ reason: 'store_corrupt' });
    clock.advance(1_000);
  }

  expect(suspected).toBe(3);
});
