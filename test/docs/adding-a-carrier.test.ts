import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { json } from 'express';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import type { startApp } from '../../src/app/app.ts';
import { readConfig } from '../../src/app/config.ts';
import { createWebApp, listen } from '../../src/http/server.ts';
import type { Carrier, CarrierSurroundings } from '../../src/ports/carrier.ts';
import type { CallEvent } from '../../src/ports/facts.ts';
import { PlayOut } from '../../src/practice/phone/play-out.ts';
import { callerClip } from '../../src/practice/voice.ts';
import { describeLeg, type FarEnd } from '../contracts/leg.ts';
import { describePhoneCall } from '../contracts/phone-call.ts';
import { portOf, SwitchboardSpy } from '../support/a-carrier.ts';
import { passing } from '../support/passing-time.ts';
import { TestClock } from '../support/test-clock.ts';

const ROOT = join(import.meta.dirname, '../..');
const page = readFileSync(join(ROOT, 'docs/adding-a-carrier.md'), 'utf8');
const [toy = '', line = ''] = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code);
const SECRET = 'between toy and us';

/** The house as the page has one change it: a folder more, and a line more. */
let house: string;
let toyCarrier: (around: CarrierSurroundings, environment: Readonly<Record<string, string>>) => Carrier;
beforeAll(async () => {
  house = mkdtempSync(join(tmpdir(), 'ringdown-toy-'));
  for (const each of ['src', 'package.json', 'tsconfig.json'])
    cpSync(join(ROOT, each), join(house, each), { recursive: true });
  for (const each of ['node_modules', 'fixtures']) symlinkSync(join(ROOT, each), join(house, each));
  const map = join(house, 'src/app/carriers.ts');
  const before = readFileSync(map, 'utf8');
  writeFileSync(
    map,
    before.replace('  browser: browserCarrier,\n', (known) => known + line),
  );
  mkdirSync(join(house, 'src/carriers/toy'));
  writeFileSync(join(house, 'src/carriers/toy/index.ts'), toy);
  ({ toyCarrier } = await import(pathToFileURL(join(house, 'src/carriers/toy/index.ts')).href));
});
afterAll(() => rmSync(house, { recursive: true, force: true }));

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A phone of the imaginary carrier's. */
class ToyPhone implements FarEnd {
  readonly #socket: WebSocket;
  readonly #now: () => number;
  readonly #heard: number[] = [];
  readonly ear = new PlayOut((audio) => void this.#heard.push(...audio));
  isClosed = false;

  constructor(socket: WebSocket, now: () => number) {
    this.#socket = socket;
    this.#now = now;
    socket.on('close', () => {
      this.isClosed = true;
    });
    socket.on('message', (data, isBinary) => {
      this.tick();
      if (isBinary && data instanceof Uint8Array) return this.ear.arrive(data, now());
      const { mark, clear } = JSON.parse(String(data));
      if (mark !== undefined) this.#echo(this.ear.mark(mark));
      if (clear === true) this.#echo(this.ear.clear());
    });
  }

  tick(): void {
    this.#echo(this.ear.advance(this.#now()));
  }

  says(audio: Uint8Array): void {
    this.#socket.send(audio);
  }

  presses(digit: string): void {
    this.#tell({ type: 'digit', digit });
  }

  hangsUp(): void {
    this.#tell({ type: 'gone', reason: 'hung_up' });
    this.#socket.close();
  }

  breaksOff(): void {
    this.#socket.terminate();
  }

  heard(): readonly number[] {
    return this.#heard;
  }

  #echo(names: readonly string[]): void {
    for (const name of names) this.#tell({ type: 'mark', name });
  }

  #tell(news: object): void {
    if (!this.isClosed) this.#socket.send(JSON.stringify(news));
  }
}

/** The imaginary carrier's own API. */
async function anApi() {
  const asked: { readonly callId: string; readonly order: Record<string, string> }[] = [];
  let isRefusing = false;
  const app = createWebApp(false).use(json());
  app.post('/calls/:callId', ({ params, body }, response) => {
    if (isRefusing) return void response.sendStatus(500);
    asked.push({ callId: params.callId, order: body });
    response.sendStatus(200);
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const refuses = () => {
    isRefusing = true;
  };
  return { url: `http://127.0.0.1:${portOf(server)}`, asked, refuses };
}

/** What the carrier asks the house, as it does. */
async function askHouse(url: string, what: string, body: object): Promise<{ url: string }> {
  const headers = { Authorization: `Bearer ${SECRET}`, 'Content-Type': 'application/json' };
  const response = await fetch(`${url}/toy/${what}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return z.object({ url: z.string() }).parse(await response.json());
}

async function openLine(address: string): Promise<WebSocket> {
  const socket = new WebSocket(address);
  cleanups.push(() => socket.terminate());
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return socket;
}

/** A call over the toy, on a clock of the test's. */
async function aToyCall() {
  const clock = new TestClock();
  const switchboard = new SwitchboardSpy();
  switchboard.listens = false;
  const api = await anApi();
  const around = {
    clock,
    publicUrlOf: () => '',
    publicUrl: () => '',
    mayComeUnsigned: () => false,
    isOver: async () => false,
    ended: () => {},
    trouble: () => {},
  };
  const carrier = toyCarrier(around, { TOY_API_URL: api.url, TOY_SECRET: SECRET });
  const { router, upgrade } = carrier.open(switchboard);
  if (!router || !upgrade) throw new Error('There is no way in.');
  const app = createWebApp(false);
  app.use('/toy', router);
  const { server, port, serve } = await listen({ port: 0, host: '127.0.0.1' });
  serve(app, [upgrade]);
  cleanups.push(() => void server.close());
  const address = `127.0.0.1:${port}`;
  const callId = 'toy-1';
  const connect = async (what: string, body: object) => {
    const { url } = await askHouse(`http://${address}`, what, { callId, ...body });
    const phone = new ToyPhone(await openLine(`ws://${address}${url}`), () => clock.now());
    clock.every(20, () => phone.tick());
    return phone;
  };
  const phone = await connect('rings', { from: '+1', to: '+2' });
  await vi.waitFor(() => expect(switchboard.connected).toHaveLength(1));
  const [connection] = switchboard.connected;
  if (!connection) throw new Error('not connected');
  const passes = (ms: number) => passing(clock, ms);
  return { ...connection, carrier, switchboard, api, connect, phone, passes, address };
}

describeLeg('toy', aToyCall);

describePhoneCall('toy', { hasApi: true }, async () => {
  const { carrier, callId, switchboard, api, connect, phone, passes } = await aToyCall();
  const phones = [phone];
  return {
    call: carrier.phoneCalls.of(callId),
    unknown: carrier.phoneCalls.of('toy-unknown'),
    asked: () => api.asked.filter((each) => each.callId === callId).map(({ order }) => inWords(order)),
    openLegs: () => phones.filter(({ isClosed }) => !isClosed).length,
    async losesLeg() {
      phone.breaksOff();
      await passes(100);
    },
    async reconnects() {
      switchboard.afterTransfer = 'reconnect';
      phones.push(await connect('returned', { outcome: 'busy' }));
      await passes(100);
    },
    refuses: api.refuses,
    passes,
  };
});

function inWords(order: Record<string, string>): string {
  if (order['do'] === 'dial') return `dial ${order['number']}`;
  if (order['do'] === 'text') return `text: ${order['text']}`;
  return order['do'] === 'hang up' ? 'hang up' : 'go on';
}

describe('the page on adding a carrier', () => {
  it('shows a carrier of less than 150 lines, and a line for the map', () => {
    expect(toy.trimEnd().split('\n').length).toBeLessThan(150);
    expect(line.trim().split('\n')).toHaveLength(1);
  });

  it('shows code that compiles as it stands', { timeout: 120_000 }, () => {
    writeFileSync(
      join(house, 'tsconfig.toy.json'),
      JSON.stringify({
        extends: './tsconfig.json',
        include: [],
        files: ['src/carriers/toy/index.ts', 'src/app/carriers.ts'],
      }),
    );
    const { stdout, status } = spawnSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.toy.json'], {
      cwd: house,
      encoding: 'utf8',
    });

    expect([status, stdout]).toEqual([0, '']);
  });

  it('lets nobody in without the secret', async () => {
    const { address, switchboard } = await aToyCall();

    const response = await fetch(`http://${address}/toy/rings`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ callId: 'toy-2', from: '+1', to: '+2' }),
    });

    expect(response.status).toBe(403);
    expect(switchboard.rung).toHaveLength(1);
  });

  it('shows a carrier that holds a practice call', { timeout: 60_000 }, async () => {
    const { startApp: start }: { startApp: typeof startApp } = await import(
      pathToFileURL(join(house, 'src/app/app.ts')).href
    );
    const facts: CallEvent[] = [];
    const environment = { PORT: '0', TOY_SECRET: SECRET, DATA_DIR: join(house, 'data') };
    const app = await start(readConfig(environment), pino({ level: 'silent' }), {
      observers: [(_callId, event) => void facts.push(event)],
    });
    cleanups.push(() => app.close(10));
    const { url } = await askHouse(app.localUrl, 'rings', { callId: 'toy-1', from: '+15550100', to: '*' });
    const phone = new ToyPhone(await openLine(app.localUrl.replace('http', 'ws') + url), () =>
      performance.now(),
    );
    const { mulaw } = callerClip('opening_hours');
    let spoken = 0;
    let isSpeaking = false;
    const mouth = setInterval(() => {
      phone.tick();
      const frame = mulaw.subarray(spoken, spoken + 160);
      const isSaid = !isSpeaking || frame.length < 160;
      if (!isSaid) spoken += 160;
      phone.says(isSaid ? SILENCE : frame);
    }, 20);
    cleanups.push(() => clearInterval(mouth));
    const said = () => facts.filter(({ type }) => type === 'agent_said').length;

    await vi.waitFor(() => expect(said()).toBe(1), 20_000); // the greeting was heard to its end
    isSpeaking = true;
    await vi.waitFor(() => expect(said()).toBe(2), 30_000);
    clearInterval(mouth);
    phone.hangsUp();

    await vi.waitFor(() => expect(facts.at(-1)).toMatchObject({ type: 'ended', reason: 'caller_hung_up' }));
    expect(facts[0]).toMatchObject({ type: 'rang', carrier: 'toy' });
    expect(facts.find(({ type }) => type === 'caller_said')).toMatchObject({ text: 'When are you open?' });
  });
});

const SILENCE = new Uint8Array(160).fill(0xff);
