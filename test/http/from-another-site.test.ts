import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTwiml } from '../../src/practice/phone/wire.ts';
import { aCallSid } from '../support/a-carrier.ts';
import { aHouse, type House } from '../support/a-house.ts';
import { formOf } from '../support/a-line.ts';
import { askPort, socketAt } from '../support/a-stranger.ts';
import { aFolder } from '../support/temp-folder.ts';

let house: House;
let port = 0;
const folder = mkdtempSync(join(tmpdir(), 'ringdown-'));
beforeAll(async () => {
  house = await aHouse({ DATA_DIR: folder });
  port = Number(new URL(house.app.localUrl).port);
});
afterAll(async () => {
  await house.close();
  rmSync(folder, { recursive: true });
});

/** What a form in a page sends, or a script that may not read the answer. */
const ring = (headers: Record<string, string>, callSid = aCallSid()) =>
  askPort(port, '/twilio/voice', {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
    body: String(new URLSearchParams(formOf(callSid))),
  });

const own = () => `localhost:${port}`;

/** What a browser says of a page that is not ours, and of one whose name was made to point here. */
const FOREIGN: readonly (readonly [string, () => Record<string, string>])[] = [
  ['a form of another site', () => ({ Origin: 'https://elsewhere.example' })],
  ['a form that hides where it is', () => ({ Origin: 'null' })],
  ['a form of another port', () => ({ Origin: 'http://localhost:1' })],
  ['a page that the browser calls foreign', () => ({ 'Sec-Fetch-Site': 'cross-site' })],
  ['a page of a neighbouring site', () => ({ 'Sec-Fetch-Site': 'same-site' })],
  ['a browser that says no more than what it is', () => ({ 'User-Agent': 'Mozilla/5.0 (X11; rv:60.0)' })],
  [
    'a name that was made to point here',
    () => ({ Host: `rebound.example:${port}`, Origin: `http://rebound.example:${port}` }),
  ],
  ['such a name alone', () => ({ Host: `rebound.example:${port}` })],
];

describe('P6: without TWILIO_AUTH_TOKEN', () => {
  it.each(FOREIGN)('no call is rung by %s', async (_what, headers) => {
    const { status, text } = await ring({ Host: own(), ...headers() });

    expect([status, text]).toEqual([403, expect.stringContaining('only practice calls')]);
    expect([house.facts, house.model.sessions]).toEqual([[], []]); // of those before it, too
  });

  it.each(FOREIGN)('no line is opened to %s', async (_what, headers) => {
    const { streamUrl } = readTwiml((await ring({})).text);
    const { pathname } = new URL(streamUrl ?? '');

    expect(await socketAt(port, pathname, headers())).toBe(403);
    const phone = await socketAt(port, pathname, {});
    expect(typeof phone).toBe('object'); // the ticket was not spent on that
    if (typeof phone !== 'number') phone.terminate();
  });

  it('a practice phone of this machine rings as ever, under each of its names', async () => {
    for (const host of [own(), `127.0.0.1:${port}`, `[::1]:${port}`])
      expect((await ring({ Host: host })).status).toBe(200);
  });

  it('a page of our own may ring as well', async () => {
    expect((await ring({ Host: own(), Origin: `http://${own()}` })).status).toBe(200);
  });
});

describe('without TWILIO_AUTH_TOKEN, where others than this machine practise', () => {
  it('takes calls under the address that is configured, or one of digits, and under no other name', async () => {
    const open = await aHouse({
      DATA_DIR: aFolder({}).path,
      OPENAI_API_KEY: '',
      OPENAI_BASE_URL: '', // an address without a key is a server that asks for none
      HOST: '127.0.0.1',
      PUBLIC_URL: 'http://ringdown:3000',
      REVIEW_PASSWORD: 'open the harbour',
    });
    const openPort = Number(new URL(open.app.localUrl).port);
    const statusUnder = async (Host: string) =>
      (await askPort(openPort, '/twilio/status', { method: 'POST', headers: { Host } })).status;

    const statuses = [
      await statusUnder('ringdown:3000'),
      await statusUnder('192.168.1.5:3000'),
      await statusUnder('rebound.example:3000'),
    ];
    await open.close();

    expect(statuses).toEqual([400, 400, 403]); // a 400 came in, and said nothing
  });
});
