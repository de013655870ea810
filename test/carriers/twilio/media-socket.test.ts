import { request } from 'node:http';
import { describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { readTwiml, signatureOf } from '../../../src/practice/phone/wire.ts';
import { AUTH_TOKEN, aCallSid, closing, openSocket, STREAM_SID, startOf } from '../../support/a-carrier.ts';

import { aLine, aStartedLine, carrier, cleanups, formOf } from '../../support/a-line.ts';

describe('a media socket', () => {
  it.each([
    ['without a signature', null],
    ['signed with another token', 'x'.repeat(32)],
  ])('P1: is refused before it is opened %s', async (_how, token) => {
    const { post } = await carrier();
    const twiml = readTwiml(await (await post('/twilio/voice', formOf(aCallSid()))).text());

    expect(await openSocket(twiml.streamUrl ?? '', token)).toBe(403);

    const signed = await openSocket(twiml.streamUrl ?? ''); // nobody else's try costs the call its ticket
    expect(signed).toBeInstanceOf(WebSocket);
    if (signed instanceof WebSocket) signed.terminate();
  });

  it('P1: is refused with a ticket that was guessed, used or has run out', async () => {
    const { url, twiml, post, clock } = await aLine();
    const fresh = readTwiml(await (await post('/twilio/voice', formOf(aCallSid()))).text());
    clock.advance(31_000);

    expect(await openSocket(`${url.replace('http', 'ws')}/twilio/media/${'a'.repeat(32)}`)).toBe(403);
    expect(await openSocket(twiml.streamUrl ?? '')).toBe(403);
    expect(await openSocket(fresh.streamUrl ?? '')).toBe(403);
  });

  it.each([
    ['without a key', 400, { 'Sec-WebSocket-Key': '' }],
    ['of another version', 400, { 'Sec-WebSocket-Version': '7' }],
    ['to another protocol', 400, { Upgrade: 'h2c' }],
  ])('P1: is still open to its call after an upgrade %s', async (_how, status, headers) => {
    const { post } = await carrier();
    const { streamUrl } = readTwiml(await (await post('/twilio/voice', formOf(aCallSid()))).text());

    expect(await statusOfUpgrade(streamUrl ?? '', headers)).toBe(status);

    const socket = await openSocket(streamUrl ?? '');
    expect(socket).toBeInstanceOf(WebSocket);
    if (socket instanceof WebSocket) socket.terminate();
  });

  it('P1: works for one of fifty that come with the same ticket at once', async () => {
    const { post } = await carrier();
    const twiml = readTwiml(await (await post('/twilio/voice', formOf(aCallSid()))).text());

    const sockets = await Promise.all(Array.from({ length: 50 }, () => openSocket(twiml.streamUrl ?? '')));

    const opened = sockets.filter((socket) => socket instanceof WebSocket);
    for (const socket of opened) cleanups.push(() => socket.terminate());
    expect(opened).toHaveLength(1);
  });

  it('P1: is closed when it brings another call than its ticket is for', async () => {
    const { socket, send, switchboard } = await aLine();

    send(startOf(aCallSid()));

    expect(await closing(socket)).toBe(1008);
    expect(switchboard.connected).toEqual([]);
  });

  it('is closed when it does not begin within five seconds', async () => {
    const { socket, clock } = await aLine();

    clock.advance(5_100);

    expect(await closing(socket)).toBe(1008);
  });

  it('is closed when the call is no longer there', async () => {
    const { socket, send, switchboard, callSid } = await aLine();
    switchboard.takesLines = false;

    send(startOf(callSid));

    expect(await closing(socket)).toBe(1000);
  });

  it('carries sound, marks and digits in, and nothing of other streams', async () => {
    const { send, media, events } = await aStartedLine();

    media(73);
    media(93, `MZ${'b'.repeat(32)}`);
    const inAnotherOrder = { streamSid: STREAM_SID, media: { timestamp: '93', payload: '//8=' } };
    send({ ...inAnotherOrder, event: 'media' });
    send({ event: 'mark', streamSid: STREAM_SID, sequenceNumber: '3', mark: { name: 'heard-1' } });
    send({
      event: 'dtmf',
      streamSid: STREAM_SID,
      sequenceNumber: '4',
      dtmf: { track: 'inbound_track', digit: '5' },
    });
    await vi.waitFor(() => expect(events).toHaveLength(4));

    expect(events).toEqual([
      { type: 'audio', audio: Buffer.from([0xff, 0xff]), atMs: 73 },
      { type: 'audio', audio: Buffer.from([0xff, 0xff]), atMs: 93 },
      { type: 'mark', name: 'heard-1' },
      { type: 'digit', digit: '5' },
    ]);
  });

  it.each([
    ['garbage', 'this is no JSON'],
    ['nothing', 'null'],
    ['a list', '[]'],
    ['an unknown event', '{"event":"weather"}'],
    ['a second start', JSON.stringify(startOf(aCallSid()))],
    [
      'media of another stream',
      JSON.stringify({ event: 'media', streamSid: 'MZother', media: { timestamp: '1', payload: '//8=' } }),
    ],
  ])('P2: goes on unharmed after %s', async (_what, message) => {
    const { send, media, events, socket } = await aStartedLine();

    for (let i = 0; i < 50; i++) send(message);
    media(73);
    await vi.waitFor(() => expect(events).toHaveLength(1));

    expect(socket.readyState).toBe(WebSocket.OPEN);
  });

  it('goes on when it carries our own voice as well', async () => {
    const { send, media, events, socket } = await aStartedLine();
    const ours = { track: 'outbound', chunk: '1', timestamp: '73', payload: '//8=' };

    for (let i = 0; i < 500; i++) send({ event: 'media', streamSid: STREAM_SID, media: ours });
    media(73);
    await vi.waitFor(() => expect(events).toHaveLength(1));

    expect(socket.readyState).toBe(WebSocket.OPEN);
  });

  it('P2: is closed when its peer sends nothing but garbage', async () => {
    const { send, socket } = await aStartedLine();

    for (let i = 0; i < 101; i++) send('garbage');

    expect(await closing(socket)).toBe(1008);
  });

  it('P2: drops what comes before the start, and closes on a peer that does not stop', async () => {
    const { media, socket, switchboard } = await aLine();

    for (let i = 0; i < 101; i++) media(i * 20);

    expect(await closing(socket)).toBe(1008);
    expect(switchboard.connected).toEqual([]);
  });

  it.each([
    ['a binary frame', 1003, (socket: WebSocket) => socket.send(Buffer.alloc(160))],
    ['a message of 60 MB', 1009, (socket: WebSocket) => socket.send('x'.repeat(60_000_000))],
    [
      'fragments without end',
      1008,
      (socket: WebSocket) => {
        for (let i = 0; i < 40; i++) socket.send('x', { fin: false });
      },
    ],
  ])('P2: ends with %s, and the call with it', async (_what, code, attack) => {
    const { socket, events } = await aStartedLine();
    socket.on('error', () => {});

    attack(socket);

    expect(await closing(socket)).toBe(code);
    await vi.waitFor(() => expect(events).toEqual([{ type: 'gone', reason: 'lost' }]));
  });

  it('agrees to no compression', async () => {
    const { socket } = await aLine();

    expect(socket.extensions).toBe('');
  });

  it('C1: tells that the caller hung up, and then nothing else', async () => {
    const { send, socket, events } = await aStartedLine();

    send({
      event: 'stop',
      streamSid: STREAM_SID,
      sequenceNumber: '9',
      stop: { accountSid: 'AC', callSid: 'CA' },
    });
    socket.close();
    await vi.waitFor(() => expect(events.length).toBeGreaterThan(0));

    expect(events[0]).toEqual({ type: 'gone', reason: 'hung_up' });
  });

  it('C1: tells that the line broke', async () => {
    const { socket, events } = await aStartedLine();

    socket.terminate();

    await vi.waitFor(() => expect(events).toEqual([{ type: 'gone', reason: 'lost' }]));
  });

  it('is given up when its peer is silent and does not even answer pings', async () => {
    const { socket, clock, events } = await aStartedLine();
    socket.pause();

    clock.advance(11_000);

    await vi.waitFor(() => expect(events).toEqual([{ type: 'gone', reason: 'lost' }]));
  });

  it('is kept when its peer is silent, but answers pings', async () => {
    const { socket, clock, events, post, callSid } = await aStartedLine();
    for (let i = 0; i < 4; i++) {
      const pinged = new Promise((resolve) => void socket.once('ping', resolve));
      clock.advance(5_000);
      await pinged;
      await post('/twilio/status', { CallSid: callSid }); // by then the pong is there, too
    }

    expect(events).toEqual([]);
    expect(socket.readyState).toBe(WebSocket.OPEN);
  });

  it('is of no use when it speaks another format', async () => {
    const { send, callSid, switchboard } = await aLine();
    const start = startOf(callSid);
    start.start.mediaFormat.encoding = 'audio/x-l16';

    send(start);

    await vi.waitFor(() =>
      expect(switchboard.connected[0]?.events).toEqual([{ type: 'gone', reason: 'unusable' }]),
    );
  });
});

/** Asks for a media socket in a way of its own; the status it gets. */
function statusOfUpgrade(address: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const asking = request(address.replace(/^ws/, 'http'), {
    headers: {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Key': Buffer.alloc(16).toString('base64'),
      'Sec-WebSocket-Version': '13',
      'X-Twilio-Signature': signatureOf(AUTH_TOKEN, address),
      ...headers,
    },
  });
  asking.end();
  return new Promise((resolve, reject) => {
    asking.once('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asking.once('upgrade', (response, socket) => {
      socket.destroy();
      resolve(response.statusCode ?? 0);
    });
    asking.once('error', reject);
  });
}
