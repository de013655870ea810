import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ModelSocket } from '../../../src/models/openai/socket.ts';
import { systemClock } from '../../../src/ports/clock.ts';

/** Of RFC 6455. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const FLOOD_BYTES = 64e6;
/** What two sockets on one machine hold between them. */
const UNDER_WAY_BYTES = 24e6;

describe('a model that floods', () => {
  it('P3: is not read on when we have said goodbye, however much comes behind it', async () => {
    const { raw, socket } = await anOpenSocket();
    const frame = frameOf(Buffer.alloc(64 * 1024, ' '));

    socket.close();
    let taken = 0;
    for (; taken < FLOOD_BYTES && !raw.destroyed; taken += frame.length) {
      if (!raw.write(frame)) await Promise.race([once(raw, 'drain'), once(raw, 'close')]).catch(() => {});
    }

    expect(taken).toBeLessThan(UNDER_WAY_BYTES);
  });
});

/** One with a server whose side of the wire is ours to write on, byte by byte. */
async function anOpenSocket(): Promise<{ raw: Socket; socket: ModelSocket }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  onTestFinished(() => void server.close().closeAllConnections());
  const heard = Promise.withResolvers<void>();
  const key = { kind: 'bearer', secret: 'sk' } as const;
  const access = { baseUrl: `http://127.0.0.1:${port}/v1`, model: 'm', key };
  const socket = new ModelSocket(access, systemClock, { message: () => heard.resolve(), lost: () => {} });
  const [request, raw]: [IncomingMessage, Socket] = (await once(server, 'upgrade')) as never;
  raw.on('error', () => {}).resume(); // and what comes is answered by nothing
  const accept = createHash('sha1')
    .update(request.headers['sec-websocket-key'] + GUID)
    .digest('base64');
  raw.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  raw.write(frameOf(Buffer.from('hello')));
  await heard.promise;
  onTestFinished(() => void raw.destroy());
  return { raw, socket };
}

/** A text of the server's, as it goes over the wire. */
function frameOf(text: Buffer): Buffer {
  const head = Buffer.alloc(10);
  head[0] = 0x81;
  head[1] = 127;
  head.writeBigUInt64BE(BigInt(text.length), 2);
  return Buffer.concat([head, text]);
}
