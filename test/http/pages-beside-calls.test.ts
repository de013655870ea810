import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { callPage } from '../../src/http/pages/call-page.ts';
import { DIAL_DEFAULTS, dial } from '../../src/practice/phone/dial.ts';
import { callReading } from '../../src/reading/reading.ts';
import { openSqliteStore } from '../../src/stores/sqlite/open.ts';
import { databasePath } from '../../src/stores/sqlite/set-aside.ts';
import { aHouse, type House } from '../support/a-house.ts';
import { freePort } from '../support/a-port.ts';
import { aLongCall, stored } from '../support/logged-calls.ts';
import { overlappingCalls } from '../support/overlapping-calls.ts';
import { aFolder } from '../support/temp-folder.ts';

const houses: House[] = [];
afterEach(async () => {
  for (const house of houses.splice(0)) await house.close();
});

async function aHouseThatKeeps(callId: string, events: ReturnType<typeof aLongCall>): Promise<House> {
  const { path } = aFolder({});
  const { store } = openSqliteStore(path, { owner: 'test', wallMs: Date.now });
  await store.append(stored(callId, events));
  await store.close();
  const house = await aHouse({ DATA_DIR: path });
  houses.push(house);
  return house;
}

/** Processor time of this thread, the one that carries calls. */
async function cpuMsOf(work: () => Promise<unknown> | unknown): Promise<number> {
  const before = process.threadCpuUsage();
  await work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

async function sizeOf(url: string): Promise<number> {
  const [response]: IncomingMessage[] = await once(get(url), 'response');
  let bytes = 0;
  response?.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  if (response) await once(response, 'end');
  expect(response?.statusCode).toBe(200);
  return bytes;
}

/** On a machine that does many other things as well. */
const PATIENCE = { timeout: 20_000 };

describe('the thread that carries calls', { timeout: 120_000 }, () => {
  it('does no more for the page of a call of 6,000 events than to pass it on', async () => {
    const events = aLongCall(6_000);
    const { app } = await aHouseThatKeeps('CAlong', events);
    const page = `${app.localUrl}/calls/CAlong`;
    const lines = events.map((event) => JSON.stringify(event));
    const makeItHere = () => {
      const again = lines.map((line) => JSON.parse(line));
      const state = callReading.recall(again);
      const card = callReading.card('CAlong', state);
      const visit = { visitor: { role: 'operator', by: 'loopback' }, nonce: '', warnings: [] } as const;
      return card && callPage({ card, events: again, state }, callReading, visit).length;
    };
    const size = await sizeOf(page);
    makeItHere();

    const passingOn = await cpuMsOf(async () => {
      for (let n = 0; n < 5; n++) expect(await sizeOf(page)).toBe(size);
    });
    const making = await cpuMsOf(() => {
      for (let n = 0; n < 5; n++) makeItHere();
    });

    expect(size).toBeGreaterThan(1_000_000);
    expect(passingOn).toBeLessThan(making / 2);
  });

  it('has every page made that twenty people want at once', async () => {
    const { app } = await aHouseThatKeeps('CAlong', aLongCall(2_000));
    const sizes = await Promise.all(Array.from({ length: 20 }, () => sizeOf(`${app.localUrl}/calls/CAlong`)));

    expect(new Set(sizes).size).toBe(1);
  });
});

describe('a call log whose search index breaks while the house is open', { timeout: 120_000 }, () => {
  it('is mended when somebody searches on the pages, and they find everything again', async () => {
    const { path } = aFolder({});
    const { store } = openSqliteStore(path, { owner: 'test', wallMs: Date.now });
    for (const batch of overlappingCalls(10, 7).batches) await store.append(batch);
    await store.close();
    const house = await aHouse({ DATA_DIR: path });
    houses.push(house);
    const search = () => fetch(`${house.app.localUrl}/api/calls?q=opticians`);
    const before = await (await search()).text();
    const database = new DatabaseSync(databasePath(path), { timeout: 5_000 });
    database.enableDefensive?.(false);
    database.exec('PRAGMA writable_schema = ON; UPDATE said_data SET block = zeroblob(200) WHERE id > 10');
    database.close();

    expect((await search()).status).toBe(503);
    await vi.waitFor(async () => expect((await search()).status).toBe(200), PATIENCE);

    expect(await (await search()).text()).toBe(before);
    expect(house.log.filter((line) => line.includes('it was made anew'))).toHaveLength(1);
    expect(house.log.filter((line) => line.includes('set aside'))).toEqual([]);
  });
});

describe('while the call log cannot be reached', { timeout: 120_000 }, () => {
  const refusal = z.strictObject({ error: z.string(), reason: z.string(), since: z.iso.datetime() });

  it('calls are shown that go on, heard, and hung up; what is kept is said to be away, and since when', async () => {
    const port = await freePort();
    const house = await aHouse({
      DATA_DIR: aFolder({}).path,
      DATABASE_URL: `postgres://nobody@127.0.0.1:${port}/calls`,
    });
    houses.push(house);
    const url = house.app.localUrl;
    const phone = await dial({ ...DIAL_DEFAULTS, url, from: '+441632960777' }, {});
    if (phone.kind === 'words') throw new Error('Nobody took the call.');
    await vi.waitFor(
      () => expect(house.facts.map(({ event }) => event.type)).toContain('agent_started_speaking'),
      PATIENCE,
    );

    const askedAt = Date.now();
    const list = await fetch(`${url}/`);
    const text = await list.text();
    expect([list.status, list.headers.get('retry-after')]).toEqual([503, '5']);
    expect(text).toMatch(/The call log cannot be reached just now, since \d{4}-\d\d-\d\d \d\d:\d\d UTC/);
    expect(text).not.toContain(String(port)); // where the database is is for the log of the program
    expect(text).toContain('+441632960777');
    const kept = await fetch(`${url}/api/calls`);
    expect([kept.status, kept.headers.get('retry-after')]).toEqual([503, '5']);
    const { reason, since } = refusal.parse(await kept.json());
    expect(reason).toBe('store_unreachable');
    expect(Date.parse(since)).toBeLessThan(askedAt); // whoever writes has noticed before anybody wanted to read
    for (const path of ['/numbers', '/calls/CAold', '/api/calls/CAold', '/api/calls.csv', '/api/figures'])
      expect([path, (await fetch(url + path)).status]).toEqual([path, 503]);
    const change = await fetch(`${url}/api/calls/CAold/tags/x`, { method: 'PUT', headers: { Origin: url } });
    expect([change.status, refusal.parse(await change.json()).reason]).toEqual([503, 'store_unreachable']);

    expect((await fetch(`${url}/live`)).status).toBe(200);
    expect((await fetch(`${url}/calls/${phone.callSid}`)).status).toBe(200);
    const act = { method: 'POST', headers: { Origin: url } };
    expect((await fetch(`${url}/api/live/${phone.callSid}/hang-up`, act)).status).toBe(204);
    await vi.waitFor(() => expect(phone.line.isOpen).toBe(false), PATIENCE);
    const told = house.log.filter((line) => /pages can(not)? read the call log/.test(line));
    expect(told).toHaveLength(1); // also of a page that shows a live call all the same
  });
});
