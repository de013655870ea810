import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Entrance } from '../ports/carrier.ts';
import type { Clock } from '../ports/clock.ts';

/**
 * The tickets to a carrier's media sockets. Where a carrier signs sockets at all it does so in the same way for every
 * call, so it is the ticket in the address that says which call this is: one call, one use, for a short time.
 */
export class Tickets {
  readonly #clock: Clock;
  readonly #tickets = new Map<string, Ticket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A ticket for a new call. One that the call had before is void. */
  issue(callId: string): string {
    this.#sweep();
    for (const [key, ticket] of this.#tickets) if (ticket.callId === callId) this.#tickets.delete(key);
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const expiresAt = this.#clock.now() + LIFETIME_MS;
    this.#tickets.set(fingerprint(token), { callId, token, expiresAt, isUsed: false });
    return token;
  }

  /** The ticket of a call whose webhook came twice. */
  issuedTo(callId: string): string | null {
    for (const ticket of this.#tickets.values()) if (ticket.callId === callId) return ticket.token;
    return null;
  }

  /** Takes the ticket; gives the call it is for, or null if it was never valid or is no longer. */
  redeem(token: string): string | null {
    const ticket = this.#tickets.get(fingerprint(token));
    if (!ticket || ticket.isUsed || ticket.expiresAt <= this.#clock.now()) return null;
    ticket.isUsed = true;
    return ticket.callId;
  }

  #sweep(): void {
    const now = this.#clock.now();
    for (const [key, ticket] of this.#tickets) if (ticket.expiresAt <= now) this.#tickets.delete(key);
  }
}

interface Ticket {
  readonly callId: string;
  readonly token: string;
  readonly expiresAt: number;
  isUsed: boolean;
}

/** Looked up by digest, so that the time a look-up takes tells nothing about the tickets there are. */
function fingerprint(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}

const TOKEN_BYTES = 24;

/** Carriers open the socket within a second or two of our answer. */
const LIFETIME_MS = 30_000;

/** The lines that are open in this process, by call: so that a phone call that is hung up takes its lines with it. */
export class OpenLines {
  readonly #lines = new Map<string, Set<() => void>>();

  /** A line of this call is open, and can be closed like this. Gives a way to say that it is no more. */
  opened(callId: string, close: () => void): () => void {
    const lines = this.#lines.get(callId) ?? new Set();
    this.#lines.set(callId, lines.add(close));
    return () => {
      lines.delete(close);
      if (lines.size === 0) this.#lines.delete(callId);
    };
  }

  close(callId: string): void {
    for (const close of this.#lines.get(callId) ?? []) close();
  }
}

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
