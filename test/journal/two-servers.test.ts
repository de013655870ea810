import { expect, it, onTestFinished } from 'vitest';
import { whyNoPostgres } from '../support/a-postgres.ts';
import { bothStalled, oneCutOff, type TwoServersReport } from '../support/two-servers/situations.ts';

function expectNoHarm({ events, answers, caughtUpMs, calls, ...harm }: TwoServersReport): void {
  expect(harm).toEqual({
    dropped: 0,
    lost: 0,
    doubled: 0,
    markedFailed: 0,
    orphansClosed: 0,
    letGo: 0,
    untold: 0,
    toldAgain: 0,
  });
  expect(answers).toBeGreaterThan(2 * calls);
  expect(events).toBeGreaterThan(10 * calls);
  expect(caughtUpMs).toBeLessThan(20_000);
}

it.skipIf((await whyNoPostgres()) !== null)(
  'all calls go on, and are kept and told of once, while one of two servers is cut off from their Postgres',
  async () => expectNoHarm(await oneCutOff(3, 10_000, onTestFinished)),
  120_000,
);

it('all calls go on, and are kept and told of once, while two servers cannot write to their one SQLite file', async () => {
  expectNoHarm(await bothStalled(3, 10_000, onTestFinished));
}, 120_000);
