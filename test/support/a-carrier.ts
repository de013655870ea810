import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { WebSocket } from 'ws';
import { type TwilioSurroundings, twilioCarrier } from '../../src/carriers/twilio/index.ts';
import { createWebApp, listen, mountEndings } from '../../src/http/server.ts';
import type { Admission, Switchboard } from '../../src/ports/carrier.ts';
import type { Leg, LegEvent } from '../../src/ports/leg.ts';
import type { Aftermath, Continuation, IncomingCall, TransferOutcome } from '../../src/ports/phone-call.ts';
import { signatureOf } from '../../src/practice/phone/wire.ts';
import { TestClock } from './test-clock.ts';

export const AUTH_TOKEN = '0123456789abcdef0123456789abcdef';

/** The house behind a carrier, as far as a carrier can see it. */
export class SwitchboardSpy implements Switchboard {
  readonly rung: IncomingCall[] = [];
  readonly connected: { callId: string; leg: Leg; events: LegEvent[] }[] = [];
  readonly ended: string[] = [];
  /** What it was told of the ends of calls and of their lines, in order. */
  readonly news: string[] = [];
  readonly cameBack: string[] = [];
  readonly pictures: object[] = [];
  afterTransfer: Continuation = 'hang_up';
  admission: Admission | null = null;
  aftermath: Aftermath = 'hang_up';
  takesLines = true;
  /** Whoever takes the legs listens to them. */
  listens = true;
  /** Whatever it is asked, it answers after this. */
  thinks: () => Promise<unknown> = async () => {};
  awaitsPictures = true;

  async ring(call: IncomingCall): Promise<Admission> {
    await this.thinks();
    if (this.admission) return this.admission;
    const isNew = !this.rung.some(({ callId }) => callId === call.callId);
    if (isNew) this.rung.push(call);
    return { admitted: true, isNew };
  }

  async connect(callId: string, leg: Leg): Promise<boolean> {
    await this.thinks();
    if (!this.takesLines) return false;
    const events: LegEvent[] = [];
    if (this.listens) leg.listen((event) => void events.push(event));
    this.connected.push({ callId, leg, events });
    return true;
  }

  async after(callId: string): Promise<Aftermath> {
    await this.thinks();
    this.news.push(`after ${callId}`);
    return this.aftermath;
  }

  async returned(callId: string, outcome: TransferOutcome): Promise<Continuation> {
    await this.thinks();
    this.cameBack.push(`${callId} ${outcome}`);
    return this.afterTransfer;
  }

  awaitsPicture(): boolean {
    return this.awaitsPictures;
  }

  pictureCame(from: string, to: string, picture: Uint8Array, mediaType: string): void {
    this.pictures.push({ from, to, bytes: picture.length, mediaType });
  }

  callEnded(callId: string): void {
    this.ended.push(callId);
    this.news.push(`ended ${callId}`);
  }
}

export type CarrierOptions = Partial<TwilioSurroundings> & {
  /** Who is rung instead of the spy. */
  readonly switchboard?: Switchboard;
};

/** A carrier on a real port of this machine, with a clock that the test turns. */
export async function aCarrier({ switchboard: other, ...options }: CarrierOptions = {}) {
  const clock = new TestClock();
  const switchboard = new SwitchboardSpy();
  const troubles: string[] = [];
  const app = createWebApp(false);
  let url = '';
  const carrier = twilioCarrier({
    clock,
    authTokens: [AUTH_TOKEN],
    mayComeUnsigned: () => true,
    isOver: async () => false,
    ended: () => {},
    account: null,
    publicUrlOf: () => url,
    publicUrl: () => url,
    trouble: (_callId, what) => void troubles.push(what),
    ...options,
  });
  const { router, upgrade } = carrier.open(other ?? switchboard);
  if (!router || !upgrade) throw new Error('Twilio has webhooks and sockets.');
  app.use('/twilio', router);
  mountEndings(app, (error) => void troubles.push(String(error)));
  const { server, port, serve } = await listen({ port: 0, host: '127.0.0.1' });
  serve(app, [upgrade]);
  url = `http://127.0.0.1:${port}`;

  const post = (path: string, form: Record<string, string>, signature?: string | null) =>
    fetch(url + path, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers:
        signature === null
          ? {}
          : { 'X-Twilio-Signature': signature ?? signatureOf(AUTH_TOKEN, url + path, form) },
    });
  return {
    clock,
    switchboard,
    troubles,
    url,
    post,
    phoneCall: (callId: string) => carrier.phoneCalls.of(callId),
    server,
    close: () => closeServer(server),
  };
}

export function aCallSid(): string {
  return `CA${randomBytes(16).toString('hex')}`;
}

export const STREAM_SID = `MZ${'a'.repeat(32)}`;

export const startOf = (callSid: string) => ({
  event: 'start',
  sequenceNumber: '1',
  streamSid: STREAM_SID,
  start: {
    streamSid: STREAM_SID,
    accountSid: `AC${'0'.repeat(32)}`,
    callSid,
    tracks: ['inbound'],
    mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
    customParameters: {},
  },
});

/** Opens a media socket; the status code if it is refused. */
export function openSocket(address: string, token: string | null = AUTH_TOKEN): Promise<WebSocket | number> {
  const headers = token === null ? {} : { 'X-Twilio-Signature': signatureOf(token, address) };
  const socket = new WebSocket(address, { headers });
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket));
    socket.once('unexpected-response', (_request, response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    socket.once('error', reject);
  });
}

export function closing(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => socket.once('close', (code) => resolve(code)));
}

export function portOf(server: { address(): AddressInfo | string | null }): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

function closeServer(server: import('node:http').Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => void server.close(() => resolve()));
}
