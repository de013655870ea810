import { createServer } from 'node:http';
import { afterEach, expect, vi } from 'vitest';
import { readTwiml } from '../../src/practice/phone/wire.ts';
import { AUTH_TOKEN, aCallSid, aCarrier, openSocket, portOf, STREAM_SID, startOf } from './a-carrier.ts';

export const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

export async function carrier(options: Parameters<typeof aCarrier>[0] = {}) {
  const it = await aCarrier(options);
  cleanups.push(it.close);
  return it;
}

export const formOf = (callSid: string) => ({
  CallSid: callSid,
  From: '+15005550006',
  To: '+15005550001',
  FromZip: '',
});

/** A call whose line is open, and the socket the carrier would hold. */
export async function aLine(options: Parameters<typeof aCarrier>[0] = {}) {
  const house = await carrier(options);
  const callSid = aCallSid();
  const twiml = readTwiml(await (await house.post('/twilio/voice', formOf(callSid))).text());
  const socket = await openSocket(twiml.streamUrl ?? '');
  if (typeof socket === 'number') throw new Error(`refused with ${socket}`);
  cleanups.push(() => socket.terminate());
  const send = (message: unknown) =>
    socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  const media = (atMs: number, streamSid = STREAM_SID) =>
    send({
      event: 'media',
      sequenceNumber: '2',
      media: { track: 'inbound', chunk: '1', timestamp: String(atMs), payload: '//8=' },
      streamSid,
    });
  return { ...house, callSid, twiml, socket, send, media };
}

export async function aStartedLine(options: Parameters<typeof aCarrier>[0] = {}) {
  const line = await aLine(options);
  line.send({ event: 'connected', protocol: 'Call', version: '1.0.0' });
  line.send(startOf(line.callSid));
  await vi.waitFor(() => expect(line.switchboard.connected).toHaveLength(1));
  const [connection] = line.switchboard.connected;
  if (!connection) throw new Error('not connected');
  return { ...line, leg: connection.leg, events: connection.events };
}

/** The carrier's REST API, as far as a test wants it. */
export async function aRestServer(answer: (path: string, body: string) => RestAnswer | Promise<RestAnswer>) {
  const requests: { path: string; body: string; authorization: string | undefined }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    requests.push({ path: request.url ?? '', body, authorization: request.headers.authorization });
    const { status, body: reply, picture, location } = await answer(request.url ?? '', body);
    response.writeHead(status, {
      'content-type': picture ?? 'application/json',
      ...(location !== undefined && { location }),
    });
    response.end(picture ? 'png' : JSON.stringify(reply));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => new Promise((resolve) => void server.close(resolve)));
  const account = {
    accountSid: `AC${'0'.repeat(32)}`,
    authToken: AUTH_TOKEN,
    apiUrl: `http://127.0.0.1:${portOf(server)}/`,
  };
  return { requests, account };
}

interface RestAnswer {
  readonly status: number;
  readonly body: object;
  /** A picture of this type instead of the body. */
  readonly picture?: string;
  readonly location?: string;
}
