import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readWav } from '../../src/audio/wav.ts';
import { recordingPath } from '../../src/recordings/names.ts';
import { openSqliteStore } from '../../src/stores/sqlite/index.ts';
import { aFolder } from '../support/temp-folder.ts';

it('opens a whole data directory of the first version: every call can be read and heard', async () => {
  const directory = aFolder({}).path;
  cpSync(join(import.meta.dirname, '../../fixtures/logs/version-1'), directory, { recursive: true });
  const { store, setAside } = openSqliteStore(directory, { owner: 'this', wallMs: Date.now });
  const { calls } = await store.list({ limit: 100 });

  expect([setAside, calls.length]).toEqual([null, 22]);
  for (const { callId, durationMs, endReason } of calls) {
    expect(endReason).toMatch(/hung_up$/);
    expect((await store.events(callId)).at(0)).toMatchObject({ type: 'rang' });
    const heardMs = readWav(readFileSync(recordingPath(directory, callId))).data.length / 16;
    expect(Math.abs(heardMs - durationMs)).toBeLessThan(1_500);
  }
  await store.close();
});
