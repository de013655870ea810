import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import { aSchema, whyNoPostgres } from '../support/a-postgres.ts';
import { aWayTo } from '../support/a-way-to-postgres.ts';
import { Server } from '../support/store-faults/a-server.ts';
import { pause } from '../support/store-faults/listening-phone.ts';
import { longerSilenceMs, type RoundReport, round } from '../support/store-faults/round.ts';
import { aTalkingModel } from '../support/store-faults/talking-model.ts';
import { aFolder } from '../support/temp-folder.ts';

const CALLS = 3;

/** Calls on a server with this store while something happens to it, and beside them as many on one that is well. */
async function callsDuring(
  dataDir: string,
  databaseUrl: string | null,
  fault: () => Promise<void>,
): Promise<RoundReport> {
  const model = await aTalkingModel();
  onTestFinished(() => model.close());
  const start = async (settings: { dataDir: string; databaseUrl: string | null }) => {
    const server = await Server.start({ modelUrl: model.baseUrl, ...settings });
    onTestFinished(() => server.kill());
    return server;
  };
  const [healthy, server] = await Promise.all([
    start({ dataDir: aFolder({}).path, databaseUrl: null }),
    start({ dataDir, databaseUrl }),
  ]);
  return round(server, healthy, model, CALLS, fault);
}

function expectNoHarm(report: RoundReport, trouble: string): void {
  const { dropped, brokenAnswers, lostEvents, doubledEvents, catchUpMs, troubles } = report;
  expect({ dropped, brokenAnswers, lostEvents, doubledEvents }).toEqual({
    dropped: 0,
    brokenAnswers: 0,
    lostEvents: 0,
    doubledEvents: 0,
  });
  expect(report.answers).toBeGreaterThan(2 * CALLS);
  expect(troubles).toContain(trouble);
  expect(catchUpMs).toBeLessThan(20_000);
  expect(longerSilenceMs(report)).toBe(0);
}

it('S2: nobody hears that another process holds the call log for seven seconds, and all of it is kept', async () => {
  const dataDir = aFolder({}).path;
  const report = await callsDuring(dataDir, null, async () => {
    const other = new DatabaseSync(join(dataDir, 'calls.db'), { timeout: 5_000 });
    other.exec('BEGIN IMMEDIATE');
    await pause(7_000);
    other.exec('ROLLBACK');
    other.close();
  });

  expectNoHarm(report, 'store_locked');
}, 120_000);

it.skipIf((await whyNoPostgres()) !== null)(
  'S7, S8: nobody hears that Postgres is absent at the start, and is cut off again and again; all is kept, once',
  async () => {
    const { schema, drop } = await aSchema();
    const way = await aWayTo(5432);
    onTestFinished(async () => {
      way.close();
      await drop();
    });
    const options = encodeURIComponent(`-c search_path=${schema}`);
    const databaseUrl = `postgres://postgres@127.0.0.1:${way.port}/test?options=${options}`;
    way.cut();

    const report = await callsDuring(aFolder({}).path, databaseUrl, async () => {
      await pause(3_000);
      way.mend();
      await pause(2_000);
      for (let n = 0; n < 5; n++) {
        way.cut();
        await pause(500);
        way.mend();
        await pause(1_000);
      }
    });

    expectNoHarm(report, 'store_unreachable');
  },
  120_000,
);
