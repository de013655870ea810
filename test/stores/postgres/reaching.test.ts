import { userInfo } from 'node:os';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type LogNotice, openCallLog } from '../../../src/journal/call-log.ts';
import { systemClock } from '../../../src/ports/clock.ts';
import { postgresEnvironment } from '../../../src/stores/postgres/environment.ts';
import { openPostgresStore } from '../../../src/stores/postgres/store.ts';
import { StoreTrouble } from '../../../src/stores/shared/trouble.ts';
import { aHouse } from '../../support/a-house.ts';
import { aSchema, whyNoPostgres } from '../../support/a-postgres.ts';
import { aRefusingPostgres } from '../../support/a-refusing-postgres.ts';
import { aWholeCall } from '../../support/logged-calls.ts';
import { aFolder } from '../../support/temp-folder.ts';

const missing = await whyNoPostgres();
if (missing !== null) process.stderr.write(`SKIPPED: reaching a Postgres that is there (${missing}).\n`);

const before = { ...process.env };
beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('PG')) delete process.env[name];
});
afterEach(() => {
  process.env = { ...before };
});

async function troubleOf(url: string): Promise<[string, string]> {
  try {
    const store = await openPostgresStore({ url, owner: 'this', connections: 1 });
    await store.close();
    return ['none', ''];
  } catch (error) {
    if (!(error instanceof StoreTrouble)) throw error;
    return [error.reason, error.message];
  }
}

describe('a database that cannot be reached', () => {
  it.each([
    [
      { code: '28P01', message: 'password authentication failed for user "dana"' },
      'Postgres at 127.0.0.1:PORT does not take the password of user "dana": check DATABASE_URL, or PGPASSWORD.',
    ],
    [
      { code: '28000', message: 'role "dana" does not exist' },
      'Postgres at 127.0.0.1:PORT does not let user "dana" in: name another in DATABASE_URL or PGUSER, or allow this one.',
    ],
    [
      { code: '3D000', message: 'database "calls" does not exist' },
      'Postgres at 127.0.0.1:PORT has no database "calls": create it, or name another in DATABASE_URL or PGDATABASE.',
    ],
    [
      { code: '53300', message: 'sorry, too many clients already' },
      'Postgres at 127.0.0.1:PORT has no connection left for us: raise its max_connections, or run fewer processes.',
    ],
    [
      'asks_password',
      'Postgres at 127.0.0.1:PORT asks for the password of user "dana", and there is none: put it into DATABASE_URL or PGPASSWORD.',
    ],
    ['silence', 'Postgres at 127.0.0.1:PORT does not answer: check DATABASE_URL, and whether it is up.'],
  ] as const)('is told of in one sentence that says what to do: %o', async (answer, sentence) => {
    const port = await aRefusingPostgres(answer);

    expect(await troubleOf(`postgres://dana@127.0.0.1:${port}/calls`)).toEqual([
      'store_unreachable',
      sentence.replace('PORT', String(port)),
    ]);
  });

  it('is told of where there is no such host, and where nothing listens', async () => {
    expect(await troubleOf('postgres://dana:secret@nowhere.invalid/calls')).toEqual([
      'store_unreachable',
      'There is no host "nowhere.invalid" (ENOTFOUND): check DATABASE_URL, or PGHOST.',
    ]);
    expect(await troubleOf('postgres://dana:secret@127.0.0.1:9/calls')).toEqual([
      'store_unreachable',
      'Nothing listens at 127.0.0.1:9 (ECONNREFUSED): check DATABASE_URL, and whether Postgres is up.',
    ]);
  });

  it('is no mistake of ours where its address cannot be read', async () => {
    const [reason, sentence] = await troubleOf('postgres://dana:se#cret@127.0.0.1/calls');

    expect(reason).toBe('store_unreachable');
    expect(sentence).toMatch(/^DATABASE_URL cannot be read: .*%23/);
    expect(sentence).not.toContain('cret');
  });

  it('leaves calls in memory, and says why, once', async () => {
    const notices: LogNotice[] = [];
    const reasons = () =>
      notices.flatMap((notice) =>
        notice.type === 'health' && notice.health.status === 'degraded' ? notice.health.troubles : [],
      );
    const log = await openCallLog({
      directory: aFolder({}).path,
      store: { kind: 'postgres', url: 'postgres://dana@127.0.0.1:9/calls' },
      clock: systemClock,
      notice: (notice) => void notices.push(notice),
    });
    onTestFinished(() => log.close(0));
    for (const event of aWholeCall()) log.observer('CA1', event);

    await expect
      .poll(() => log.health, { timeout: 20_000 })
      .toMatchObject({
        status: 'degraded',
        troubles: ['store_unreachable'],
        because: expect.stringMatching(/^Nothing listens at 127\.0\.0\.1:9/),
      });
    await expect.poll(() => reasons(), { timeout: 20_000 }).toContain('store_unreachable');
    await log.flush(1_000); // tried again and again meanwhile
    expect(reasons().filter((reason) => reason === 'store_unreachable')).toHaveLength(1);
  });
});

describe.skipIf(missing !== null)('a database whose address leaves something out', () => {
  it('is found by what Postgres’ own programs would take: PGUSER, PGHOST, PGDATABASE, PGPASSWORD', async () => {
    const place = await aSchema();
    onTestFinished(() => place.drop());
    const environment = {
      PGUSER: 'postgres',
      PGHOST: '127.0.0.1',
      PGPORT: '5432',
      PGDATABASE: 'test',
      PGPASSWORD: 'none is asked for',
    };
    const log = await openCallLog({
      directory: aFolder({}).path,
      store: { kind: 'postgres', url: 'postgres://', schema: place.schema, environment },
      clock: systemClock,
    });
    for (const event of aWholeCall()) log.observer('CA1', event);

    expect(await log.flush(5_000)).toBe(true);
    expect(await log.store.events('CA1')).toEqual(aWholeCall());
    await log.close();
  });

  it('is read by the pages as well', async () => {
    const place = await aSchema();
    const house = await aHouse({
      DATA_DIR: aFolder({}).path,
      DATABASE_URL: 'postgres://127.0.0.1',
      PGUSER: 'postgres',
      PGDATABASE: 'test',
      PGOPTIONS: `-c search_path=${place.schema}`,
    });
    onTestFinished(async () => {
      await house.close();
      await place.drop();
    });

    expect((await fetch(`${house.app.localUrl}/`)).status).toBe(200);
    expect((await fetch(`${house.app.localUrl}/api/calls`)).status).toBe(200);
    expect(await place.ask('SELECT count(*)::integer AS calls FROM ringdown_calls')).toEqual([{ calls: 0 }]);
  }, 60_000);

  it('is asked for by the name of whoever runs this where nothing says another', async () => {
    delete process.env['USER'];
    process.env['PGUSER'] = 'nobody-of-ours';
    expect((await troubleOf('postgres://127.0.0.1/test'))[1]).toContain('user "nobody-of-ours"');

    delete process.env['PGUSER'];
    const port = await aRefusingPostgres({ code: '28000', message: 'no such role' });
    expect((await troubleOf(`postgres://127.0.0.1:${port}/test`))[1]).toContain(
      `user "${userInfo().username}"`,
    );
  });

  it('hands no more of the environment to the threads of the log than pg reads', () => {
    const all = {
      PGUSER: 'dana',
      USER: 'dana',
      HOME: 'the home of dana',
      OPENAI_API_KEY: 'x',
      PATH: '/bin',
      PGPORT: '',
    };

    expect(postgresEnvironment(all)).toEqual({ PGUSER: 'dana', USER: 'dana', HOME: 'the home of dana' });
  });
});
