import type { ClientOptions } from 'ws';
import { WebSocket } from 'ws';
import type { ServerEvent } from '../../../../src/practice/model/server-events.ts';

export interface Client {
  readonly socket: WebSocket;
  readonly events: ServerEvent[];
  send(event: object | string | Uint8Array): void;
  /** The next event of this type that has not been waited for yet. */
  next<Type extends ServerEvent['type']>(type: Type): Promise<Extract<ServerEvent, { type: Type }>>;
  /** How the connection ended. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

const KEY = { headers: { authorization: 'Bearer key' } };

/** Opens a socket to a practice model, without waiting for anything. */
export function connect(
  baseUrl: string,
  query = 'model=gpt-realtime-2.1',
  options: ClientOptions = KEY,
  protocols: string[] = [],
): Client {
  const socket = new WebSocket(`${baseUrl.replace('http', 'ws')}/realtime?${query}`, protocols, options);
  const events: ServerEvent[] = [];
  const taken = new Set<ServerEvent>();
  let wake = () => {};
  socket.on('message', (data) => {
    events.push(JSON.parse(data.toString()));
    wake();
  });
  socket.on('error', () => {});
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  return {
    socket,
    events,
    closed,
    send: (event) =>
      socket.send(typeof event === 'string' || event instanceof Uint8Array ? event : JSON.stringify(event)),
    async next(type) {
      for (;;) {
        const found = events.find((event) => event.type === type && !taken.has(event));
        if (found !== undefined && isOf(found, type)) {
          taken.add(found);
          return found;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

function isOf<Type extends ServerEvent['type']>(
  event: ServerEvent,
  type: Type,
): event is Extract<ServerEvent, { type: Type }> {
  return event.type === type;
}

/** What a handshake that is refused is answered with. */
export function refusal(
  client: Client,
): Promise<{ status: number; retryAfter: string | undefined; body: string }> {
  return new Promise((resolve) => {
    client.socket.on('unexpected-response', (_request, response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += String(chunk);
      });
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], body });
        client.socket.terminate();
      });
    });
  });
}
