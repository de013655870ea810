import { describe, expect, it, vi } from 'vitest';
import { readTwiml, signatureOf } from '../../src/practice/phone/wire.ts';
import { AUTH_TOKEN, aCallSid, STREAM_SID, startOf } from '../support/a-carrier.ts';
import { aHouse, type House } from '../support/a-house.ts';
import { aRestServer, cleanups, formOf } from '../support/a-line.ts';
import { aProxy, type Manner, PROXIES, type ProxyName, whyNoProxy } from '../support/a-proxy.ts';
import { type Asked, askPort, socketAt } from '../support/a-stranger.ts';
import { aFolder } from '../support/temp-folder.ts';

const OPERATOR = 'open the harbour';
const NAME = 'voice.example.com';

/** The whole program, with an account whose calls cost money, and how often that was asked for one. */
async function aPaidHouse(environment: Record<string, string> = {}) {
  const { requests, account } = await aRestServer(() => ({ status: 201, body: { sid: aCallSid() } }));
  const house = await aHouse({
    HOST: '127.0.0.1',
    DATA_DIR: aFolder({}).path,
    TWILIO_ACCOUNT_SID: account.accountSid,
    TWILIO_AUTH_TOKEN: account.authToken,
    TWILIO_API_URL: account.apiUrl,
    ...environment,
  });
  cleanups.push(house.close);
  return { house, requests, port: Number(new URL(house.app.localUrl).port) };
}

async function theProxy(name: ProxyName, manner: Manner, to: number): Promise<number> {
  const proxy = await aProxy(name, manner, to);
  cleanups.push(proxy.close);
  return proxy.port;
}

const bearer = (password: string) => ({ Authorization: `Bearer ${password}` });
const placesACall: Asked = { method: 'POST', body: { to: '+15005550009' } };
const asked = async (port: number, path: string, ask: Asked = {}) => (await askPort(port, path, ask)).status;

/** What proxies, tunnels and CDNs send on, and no more. */
const AS_THEY_SEND: readonly (readonly [string, Record<string, string>])[] = [
  ['nothing at all', {}],
  ['only what it was spoken to in', { 'X-Forwarded-Proto': 'https' }],
  ['only whom it brings, as Cloudflare does', { 'CF-Connecting-IP': '203.0.113.9', 'CF-Ray': '1' }],
  ['only whom it brings, as Akamai does', { 'True-Client-IP': '203.0.113.9' }],
];

describe('P6: without a password, where calls come from outside', () => {
  it.each(AS_THEY_SEND)(
    'nothing is open to what comes through a proxy that adds %s',
    async (_what, headers) => {
      const { port, requests } = await aPaidHouse();

      // A stranger says whatever suits them of everything that the proxy leaves alone.
      const forged = { ...headers, Host: `localhost:${port}`, Origin: `http://localhost:${port}` };
      expect([
        await asked(port, '/api/calls', { headers: forged }),
        await asked(port, '/api/calls', { ...placesACall, headers: forged }),
        await asked(port, '/metrics', { headers: forged }),
        await asked(port, '/', { headers: forged }),
      ]).toEqual([403, 403, 403, 403]);
      expect(requests).toEqual([]);
    },
  );
});

describe('P6: without a password, and with nothing from outside', () => {
  it.each(AS_THEY_SEND.slice(1))('nothing is open to a proxy that adds %s', async (_what, headers) => {
    const house = await aHouse({ DATA_DIR: aFolder({}).path });
    cleanups.push(house.close);
    const port = Number(new URL(house.app.localUrl).port);

    expect([
      await asked(port, '/api/calls', { headers }),
      await asked(port, '/metrics', { headers }),
      await asked(port, '/twilio/voice', { method: 'POST', headers }),
    ]).toEqual([403, 403, 403]);
    expect([await asked(port, '/api/calls'), await asked(port, '/metrics')]).toEqual([200, 200]);
  });
});

describe.each(PROXIES)('behind %s', (name) => {
  const missing = whyNoProxy(name);
  if (missing !== null) process.stderr.write(`SKIPPED: what is seen through ${name} (${missing}).\n`);

  it.skipIf(missing)('P6: a stranger is nobody where calls come from outside, and places none', async () => {
    const { port: own, requests } = await aPaidHouse();
    const port = await theProxy(name, 'bare', own);

    for (const Host of [NAME, `localhost:${own}`, `127.0.0.1:${own}`]) {
      const headers = { Host, Origin: `http://${Host}` };
      expect([
        await asked(port, '/api/calls', { headers }),
        await asked(port, '/api/calls', { ...placesACall, headers }),
        await asked(port, '/metrics', { headers }),
      ]).toEqual([403, 403, 403]);
    }
    expect(requests).toEqual([]);
  });

  it.skipIf(missing)(
    'P6: a stranger is nobody in practice mode either, under any name that is theirs',
    async () => {
      const house = await aHouse({ DATA_DIR: aFolder({}).path });
      cleanups.push(house.close);
      const port = await theProxy(name, 'bare', Number(new URL(house.app.localUrl).port));
      const headers = { Host: NAME };

      expect([
        await asked(port, '/api/calls', { headers }),
        await asked(port, '/metrics', { headers }),
        await asked(port, '/twilio/voice', { method: 'POST', headers, body: {} }),
      ]).toEqual([403, 403, 403]);
    },
  );

  it.skipIf(missing)(
    'P6: eleven wrong guesses lock out neither the operator nor their programs',
    async () => {
      const { port: own } = await aPaidHouse({ REVIEW_PASSWORD: OPERATOR, PUBLIC_URL: `https://${NAME}` });
      const port = await theProxy(name, 'bare', own);
      const origin = { Host: NAME, Origin: `https://${NAME}` };
      const signIn = (password: string) =>
        asked(port, '/sign-in', { method: 'POST', headers: origin, body: { password } });

      const wrong = await Promise.all(Array.from({ length: 11 }, (_, i) => signIn(`guess ${i}`)));

      expect(wrong).toEqual(Array(11).fill(401));
      expect(await signIn(OPERATOR)).toBe(303);
      expect(await asked(port, '/api/calls', { headers: { ...origin, ...bearer(OPERATOR) } })).toBe(200);
    },
  );

  it.skipIf(missing)('rings as Twilio does, signed over the address that the world knows', async () => {
    const { house, port: own } = await aPaidHouse({ REVIEW_PASSWORD: OPERATOR, TRUST_PROXY: 'loopback' });
    const port = await theProxy(name, 'told', own);

    const { audio, socket } = await aSignedCall(port);
    await vi.waitFor(() => expect(audio.length).toBeGreaterThan(10), { timeout: 10_000 });
    socket.close();

    await vi.waitFor(() => expect(endsOf(house)).toEqual(['caller_hung_up']), { timeout: 5_000 });
  });

  it.skipIf(missing)('P1: takes no signature over another address, nor a socket without one', async () => {
    const { house, port: own } = await aPaidHouse({ REVIEW_PASSWORD: OPERATOR, TRUST_PROXY: 'loopback' });
    const port = await theProxy(name, 'told', own);
    const callSid = aCallSid();
    const statusFor = async (address: string, more: Record<string, string> = {}) =>
      (await ringThrough(port, callSid, address, more)).status;

    expect(await statusFor(`http://${NAME}`)).toBe(403);
    expect(await statusFor('https://elsewhere.example')).toBe(403);
    // What a stranger says of themselves is replaced by what the proxy says of them.
    const forged = { 'X-Forwarded-Host': 'elsewhere.example', 'X-Forwarded-Proto': 'http' };
    expect(await statusFor('https://elsewhere.example', forged)).toBe(403);
    expect(house.facts).toEqual([]);
    const { text } = await ringThrough(port, callSid, `https://${NAME}`);
    const path = new URL(readTwiml(text).streamUrl ?? '').pathname;
    expect(await socketAt(port, path, { Host: NAME })).toBe(403);
  });
});

/** The webhook, signed as for this address, on its way through the proxy. */
async function ringThrough(
  port: number,
  callSid: string,
  address: string,
  more: Record<string, string> = {},
) {
  const form = formOf(callSid);
  return askPort(port, '/twilio/voice', {
    method: 'POST',
    headers: {
      Host: NAME,
      'Content-Type': 'application/x-www-form-urlencoded',
      'X-Twilio-Signature': signatureOf(AUTH_TOKEN, `${address}/twilio/voice`, form),
      ...more,
    },
    body: String(new URLSearchParams(form)),
  });
}

async function aSignedCall(port: number) {
  const callSid = aCallSid();
  const { status, text } = await ringThrough(port, callSid, `https://${NAME}`);
  const { streamUrl } = readTwiml(text);
  expect([status, streamUrl]).toEqual([200, expect.stringContaining(`wss://${NAME}/twilio/media/`)]);
  const socket = await socketAt(port, new URL(streamUrl ?? '').pathname, {
    Host: NAME,
    'X-Twilio-Signature': signatureOf(AUTH_TOKEN, streamUrl ?? ''),
  });
  if (typeof socket === 'number') throw new Error(`The socket was refused with ${socket}.`);
  const audio: string[] = [];
  socket.on('message', (data) => {
    const message = JSON.parse(String(data));
    if (message.event === 'media') audio.push(message.media.payload);
  });
  socket.send(JSON.stringify({ event: 'connected', protocol: 'Call', version: '1.0.0' }));
  socket.send(JSON.stringify(startOf(callSid)));
  const media = {
    track: 'inbound',
    chunk: '1',
    timestamp: '20',
    payload: Buffer.alloc(160, 0xff).toString('base64'),
  };
  socket.send(JSON.stringify({ event: 'media', sequenceNumber: '2', media, streamSid: STREAM_SID }));
  socket.once('close', () => {});
  const hangUp = () =>
    socket.send(JSON.stringify({ event: 'stop', sequenceNumber: '3', streamSid: STREAM_SID, stop: {} }));
  return { audio, socket: { close: hangUp }, callSid };
}

function endsOf({ facts }: House): readonly string[] {
  return facts.flatMap(({ event }) => (event.type === 'ended' ? [event.reason] : []));
}
