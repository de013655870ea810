import { createHash, randomBytes } from 'node:crypto';
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
