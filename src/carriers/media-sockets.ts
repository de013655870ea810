import type { IncomingMessage } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Entrance } from '../ports/carrier.ts';
import type { Tickets } from './tickets.ts';

export interface MediaSockets {
  /** The carrier's: its sockets are at `/NAME/media/TICKET`. */
  readonly name: string;
  readonly tickets: Tickets;
  /** Whether a request may have a socket, if its ticket is good; without this its ticket is enough. */
  readonly isWelcome?: (request: IncomingMessage) => boolean;
  /** A socket has opened, for this call. */
  readonly opened: (socket: WebSocket, callId: string) => void;
}

/** Opens media sockets for the call that their ticket was made for, and refuses all others before they are open. */
export function mediaSockets({
  name,
  tickets,
  isWelcome,
  opened,
}: MediaSockets): Required<Entrance>['upgrade'] {
  const path = new RegExp(`^/${name}/media/([\\w-]{1,64})/?$`);
  /** Whose line a request is for, once its ticket was taken. */
  const callOf = new WeakMap<IncomingMessage, string>();
  const sockets = new WebSocketServer({
    noServer: true,
    ...LIMITS,
    // Asked only when nothing else is wrong with a request: one that comes to nothing must not cost the call its line.
    verifyClient({ req }: { req: IncomingMessage }, answer: (isWelcome: boolean, status?: number) => void) {
      const ticket = path.exec(req.url ?? '')?.[1] ?? '';
      const callId = isWelcome === undefined || isWelcome(req) ? tickets.redeem(ticket) : null;
      if (callId !== null) callOf.set(req, callId);
      answer(callId !== null, 403);
    },
  });
  return (request, socket, head) => {
    if (!path.test(request.url ?? '')) return false;
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const callId = callOf.get(request);
      if (callId === undefined) return webSocket.terminate(); // nobody gets here without a ticket
      opened(webSocket, callId);
    });
    return true;
  };
}

const LIMITS = {
  /** Twenty milliseconds of a telephone are four hundred bytes of text. */
  maxPayload: 64 * 1024,
  maxFragments: 16,
  maxBufferedChunks: 256,
  /** Both sides of a call are to be gone within a second of its end. */
  closeTimeout: 500,
  perMessageDeflate: false,
};
