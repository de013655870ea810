import { expect, it, onTestFinished, vi } from 'vitest';
import { DIAL_DEFAULTS, dial } from '../../../src/practice/phone/dial.ts';
import { aHouse } from '../../support/a-house.ts';
import { aSchema, whyNoPostgres } from '../../support/a-postgres.ts';
import { aWayTo } from '../../support/a-way-to-postgres.ts';
import { aFolder } from '../../support/temp-folder.ts';

/** For everything it is asked. */
const POSTGRES_MS = 6_000;

it.skipIf((await whyNoPostgres()) !== null)(
  'S9: does not have the webhook wait for a Postgres that takes seconds for everything, with all connections taken',
  async () => {
    const { schema, drop } = await aSchema();
    const way = await aWayTo(5432);
    const options = encodeURIComponent(`-c search_path=${schema}`);
    const house = await aHouse({
      DATABASE_URL: `postgres://postgres@127.0.0.1:${way.port}/test?options=${options}`,
      DATA_DIR: aFolder({}).path,
    });
    onTestFinished(async () => {
      way.delay(0);
      await house.close();
      way.close();
      await drop();
    });
    const url = house.app.localUrl;

    way.delay(POSTGRES_MS);
    const readers = Array.from({ length: 20 }, () => fetch(`${url}/api/calls?words=hello`));
    const callIds: string[] = [];
    for (let n = 0; n < 5; n++) {
      const startedAt = performance.now();
      const answer = await dial({ ...DIAL_DEFAULTS, url }, {});
      expect(performance.now() - startedAt).toBeLessThan(POSTGRES_MS / 2);
      if (answer.kind === 'words') throw new Error('not connected');
      callIds.push(answer.callSid);
      answer.line.hangUp();
    }
    expect(callIds).toHaveLength(5);
    way.delay(0);
    await Promise.all(readers.map(async (reader) => (await reader).body?.cancel()));

    for (const callId of callIds) {
      await vi.waitFor(
        async () =>
          expect(await (await fetch(`${url}/api/calls/${callId}/events`)).text()).toContain('"ended"'),
        { timeout: 30_000, interval: 200 },
      );
    }
  },
  90_000,
);
