import { createHmac, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../ports/clock.ts';
import type { Passwords } from './passwords.ts';
import type { Role } from './visitor.ts';

/**
 * Tickets that say: this browser has given the password, and may come in until then.
 *
 * They are signed rather than kept, so that any process of ours that has the same passwords takes
 * them, and a new password voids them all. Only those that were given back are remembered.
 */
export class Sessions {
  readonly #clock: Clock;
  readonly #key: Buffer;
  /** Given back before their time, with the time they would have lasted. */
  readonly #returned = new Map<string, number>();

  constructor(clock: Clock, { operator, viewer }: Passwords) {
    this.#clock = clock;
    // Slow on purpose: a viewer holds a signed ticket, and must not be able to try passwords on it at home.
    this.#key = scryptSync(JSON.stringify([operator, viewer]), 'ringdown review sessions', 32);
  }

  issue(role: Role): string {
    const untilMs = this.#clock.wallMs() + SESSION_MS;
    const claim = [role, untilMs.toString(36), randomBytes(16).toString('base64url')].join('.');
    return `${claim}.${this.#sign(claim)}`;
  }

  /** The role a ticket stands for; null: none, or no longer. */
  roleOf(ticket: string): Role | null {
    const claim = this.#read(ticket);
    if (!claim || this.#returned.has(claim.id)) return null;
    return claim.untilMs > this.#clock.wallMs() ? claim.role : null;
  }

  /** Takes a ticket back: it opens nothing any more. */
  end(ticket: string): void {
    const claim = this.#read(ticket);
    const now = this.#clock.wallMs();
    for (const [id, untilMs] of this.#returned) if (untilMs <= now) this.#returned.delete(id);
    if (claim && claim.untilMs > now) this.#returned.set(claim.id, claim.untilMs);
  }

  #read(ticket: string): { role: Role; untilMs: number; id: string } | null {
    const cut = ticket.lastIndexOf('.');
    const given = Buffer.from(ticket.slice(cut + 1));
    const claim = ticket.slice(0, Math.max(cut, 0));
    const right = Buffer.from(this.#sign(claim));
    if (given.length !== right.length || !timingSafeEqual(given, right)) return null;
    const [role, until = '', id = ''] = claim.split('.');
    const known = z.enum(['viewer', 'operator']).safeParse(role).data;
    return known ? { role: known, untilMs: Number.parseInt(until, 36), id } : null;
  }

  #sign(claim: string): string {
    return createHmac('sha256', this.#key).update(claim).digest('base64url');
  }
}

/** A working day. */
export const SESSION_MS = 12 * 60 * 60 * 1000;
