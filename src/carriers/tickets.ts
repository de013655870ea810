import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../ports/clock.ts';
import { isBrowserCall } from './browser/browser-call-ids.ts';

/**
 * The tickets to the media socket. Twilio's signature of a socket is the same for
 * every call, so it is the ticket in the address that says which call this is:
 * one call, one use, for a short time.
 */
export class Tickets {
  readonly #clock: Clock;
  readonly #tickets = new Map<string, Ticket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A ticket for a new call. One that the call had before is void. */
  issue(callSid: string): string {
    this.#sweep();
    for (const [key, ticket] of this.#tickets) if (ticket.callSid === callSid) this.#tickets.delete(key);
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const expiresAt = this.#clock.now() + LIFETIME_MS;
    this.#tickets.set(fingerprint(token), { callSid, token, expiresAt, isUsed: false });
    return token;
  }

  /** The ticket of a call whose webhook came twice. */
  issuedTo(callSid: string): string | null {
    for (const ticket of this.#tickets.values()) if (ticket.callSid === callSid) return ticket.token;
    return null;
  }

  /**
   * Takes the ticket; gives the call it is for, or null if it was never valid or is no longer.
   * `isSigned`: Twilio itself brings it. Only a call of the browser's own phone may come without.
   */
  redeem(token: string, isSigned = true): string | null {
    const ticket = this.#tickets.get(fingerprint(token));
    if (ticket && !isSigned && !isBrowserCall(ticket.callSid)) return null;
    if (!ticket || ticket.isUsed || ticket.expiresAt <= this.#clock.now()) return null;
    ticket.isUsed = true;
    return ticket.callSid;
  }

  #sweep(): void {
    const now = this.#clock.now();
    for (const [key, ticket] of this.#tickets) if (ticket.expiresAt <= now) this.#tickets.delete(key);
  }
}

interface Ticket {
  readonly callSid: string;
  readonly token: string;
  readonly expiresAt: number;
  isUsed: boolean;
}

/** Looked up by digest, so that the time a look-up takes tells nothing about the tickets there are. */
function fingerprint(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}

const TOKEN_BYTES = 24;

/** Twilio opens the socket within a second or two of our answer. */
const LIFETIME_MS = 30_000;
