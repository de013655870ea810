import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openCallLog } from '../../../src/journal/call-log.ts';
import { systemClock } from '../../../src/ports/clock.ts';
import { Database, MIGRATIONS, SCHEMA_VERSION } from '../../../src/stores/postgres/database.ts';
import { openPostgresStore } from '../../../src/stores/postgres/store.ts';
import { describeCallStore } from '../../contracts/call-store.ts';
import { describeSharedStore } from '../../contracts/shared-store.ts';
import { aSchema, whyNoPostgres } from '../../support/a-postgres.ts';
import { aWayTo } from '../../support/a-way-to-postgres.ts';
import { aWholeCall, stored } from '../../support/logged-calls.ts';

const missing = await whyNoPostgres();
if (missing !== null) {
  process.stderr.write(
    `SKIPPED: the call log in Postgres. No server at 127.0.0.1:5432 with a database "test" (${missing}).\n`,
  );
}

describe.skipIf(missing !== null)('the shared call log', () => {
  it('frees what a process holds that was frozen in the middle of a transaction, and lets its neighbours go on', async () => {
    const place = await aSchema();
    onTestFinished(() => place.drop());
    const [frozen, well] = [
      new Database({ ...place, connections: 1 }),
      new Database({ ...place, connections: 1 }),
    ];
    onTestFinished(async () => void (await Promise.all([frozen.close(), well.close()])));
    await well.ask('CREATE TABLE held (id integer)');
    await well.ask('INSERT INTO held VALUES (1)');
    const thaws = Promise.withResolvers<void>();
    const isHeld = Promise.withResolvers<void>();
    const isWritten = frozen
      .transaction(async (ask) => {
        await ask('UPDATE held SET id = 2');
        isHeld.resolve();
        await thaws.promise;
      })
      .then(
        () => 'written',
        () => 'refused',
      );
    await isHeld.promise;

    await well.ask('UPDATE held SET id = 3');
    thaws.resolve();

    expect(await isWritten).toBe('refused');
    expect(await well.ask('SELECT id FROM held')).toEqual([{ id: 3 }]);
  });

  const aStore = async () => {
    const place = await aSchema();
    const store = await openPostgresStore({ ...place, owner: 'this', connections: 2 });
    return {
      store,
      async dispose() {
        await store.close();
        await place.drop();
      },
    };
  };
  describeCallStore('Postgres', aStore);
  describeSharedStore('Postgres', aStore);

  it('may be started by many nodes at once', async () => {
    const place = await aSchema();
    onTestFinished(() => place.drop());
    const nodes = await Promise.all(
      Array.from({ length: 6 }, (_, n) => openPostgresStore({ ...place, owner: `node${n}`, connections: 1 })),
    );
    await Promise.all(nodes.map((node, n) => node.append(stored(`CA${n}`, aWholeCall()))));

    expect((await nodes[0]?.list({}))?.calls).toHaveLength(6);
    expect(await place.ask('SELECT version FROM ringdown_schema')).toEqual([{ version: SCHEMA_VERSION }]);
    await Promise.all(nodes.map((node) => node.close()));
  });

  it('takes the same events from two nodes at once, each once', async () => {
    const place = await aSchema();
    onTestFinished(() => place.drop());
    const [one, other] = await Promise.all([
      openPostgresStore({ ...place, owner: 'one', connections: 1 }),
      openPostgresStore({ ...place, owner: 'other', connections: 1 }),
    ]);
    const batch = [...stored('CA1', aWholeCall()), ...stored('CA2', aWholeCall())];
    await Promise.all(
      Array.from({ length: 8 }, (_, n) => (n % 2 ? one : other).append(n % 3 ? batch : batch.toReversed())),
    );

    expect(await one.events('CA1')).toEqual(aWholeCall());
    expect(await other.card('CA2')).toMatchObject({ turns: 2, interruptions: 1 });
    await one.close();
    await other.close();
  });

  it('refuses one that a newer program has changed, and says what to do', async () => {
    const place = await aSchema();
    onTestFinished(() => place.drop());
    await (await openPostgresStore({ ...place, owner: 'this', connections: 1 })).close();
    await place.ask('INSERT INTO ringdown_schema VALUES (99)');

    await expect(openPostgresStore({ ...place, owner: 'this', connections: 1 })).rejects.toThrow(
      /schema 99.*Start the newer program/,
    );
  });

  it('reads what the first version wrote, and keeps what a later one wrote as it stands', async () => {
    const place = await aSchema();
    onTestFinished(() => place.drop());
    await place.ask(`${MIGRATIONS[0]}; CREATE TABLE ringdown_schema (version integer NOT NULL)`);
    await place.ask(`INSERT INTO ringdown_schema VALUES (1);
      INSERT INTO ringdown_calls (call_id, keeper, card, review, workings) VALUES ('CA1', 'old', '{}', '{}', '{}');
      INSERT INTO ringdown_events (call_id, seq, event)
        VALUES ('CA1', 9, '{"type":"told_on","state":"due","seq":9,"atMs":70}')`);
    const store = await openPostgresStore({ ...place, owner: 'this', connections: 1 });
    await place.ask(`INSERT INTO ringdown_events (call_id, seq, event, version)
      VALUES ('CA1', 10, '{"type":"hummed","tune":"A","seq":10,"atMs":80}', 7)`);

    const written = { type: 'hummed', tune: 'A', seq: 10, atMs: 80 };
    const unknown = { type: 'unknown', kind: 'hummed', version: 7, written, seq: 10, atMs: 80 } as const;
    expect(await store.events('CA1')).toEqual([
      { type: 'webhook_delivery', state: 'due', seq: 9, atMs: 70 },
      unknown,
    ]);
    await store.append([...stored('CA2', aWholeCall()), { callId: 'CA2', event: { ...unknown, seq: 99 } }]);
    expect((await store.events('CA2')).at(-1)).toEqual(unknown);
    await store.close();
  });

  it('harms no call when the server is absent at the start, or cut off in between: all is kept in the end', async () => {
    const place = await aSchema();
    const way = await aWayTo(5432);
    const directory = mkdtempSync(join(tmpdir(), 'call-log-'));
    way.cut();
    const log = await openCallLog({
      directory,
      store: {
        kind: 'postgres',
        url: `postgres://postgres@127.0.0.1:${way.port}/test`,
        schema: place.schema,
      },
      clock: systemClock,
    });
    onTestFinished(async () => {
      await log.close(100);
      way.close();
      rmSync(directory, { recursive: true });
      await place.drop();
    });
    await vi.waitFor(
      () => expect(log.health).toMatchObject({ status: 'degraded', troubles: ['store_unreachable'] }),
      10_000,
    );
    for (const event of aWholeCall().slice(0, 6)) log.observer('CA1', event);
    way.mend();
    expect(await log.flush(10_000)).toBe(true);

    way.cut();
    for (const event of aWholeCall().slice(6)) log.observer('CA1', event);
    expect(await log.flush(300)).toBe(false);
    way.mend();
    expect(await log.flush(10_000)).toBe(true);

    expect(await log.store.events('CA1')).toEqual(aWholeCall());
    expect(log.health).toEqual({ status: 'ok' });
  });
});
