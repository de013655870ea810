import type { Request } from 'express';
import type { Clock } from '../../ports/clock.ts';
import { Guesses, keepLatest } from './guesses.ts';
import { isThisMachine, siteOf } from './request-origin.ts';
import { Sessions, type SignedOut, ticketOf } from './sessions.ts';
import { areSet, mayDo, type Passwords, type Role, roleOf, STRANGER, type Visitor } from './visitor.ts';

/** What becomes of a request before anybody looks at what it wants. */
export type Verdict =
  | { readonly may: true; readonly visitor: Visitor }
  | { readonly may: false; readonly visitor: Visitor; readonly because: Refusal };

/**
 * `closed`: no password is set, so only this machine may see anything. `wrong_password`: a bearer's. `slow_down`: what
 * it brings was not looked at. `no_origin`: nobody says which page asks.
 */
export type Refusal =
  | 'closed'
  | 'sign_in'
  | 'wrong_password'
  | 'slow_down'
  | 'not_allowed'
  | 'foreign_site'
  | 'no_origin';

export interface GateSurroundings {
  readonly clock: Clock;
  readonly passwords: Passwords;
  /** Strangers may come in through this machine: to sit at it proves nothing. */
  readonly isPublic: boolean;
  /** The address by which the world knows us, as seen from a request. */
  readonly publicUrlOf: (request: Request) => string;
  readonly signedOut: SignedOut;
  /** Told of every wrong password, and how it was answered. */
  readonly guessed: (answer: 'wrong' | 'slow_down') => void;
}

/** Decides who comes in. */
export class Gate {
  readonly #sessions: Sessions;
  readonly #guesses: Guesses;
  /** That were looked at before: nobody learns anything by bringing them again. */
  readonly #tickets = new Map<string, true>();
  readonly #around: GateSurroundings;

  constructor(around: GateSurroundings) {
    this.#sessions = new Sessions(around);
    this.#guesses = new Guesses(around.clock);
    this.#around = around;
  }

  get hasPassword(): boolean {
    return areSet(this.#around.passwords);
  }

  /** `actsOn`: it changes something, or opens a stream: then it has to come from a page of ours. */
  async judge(request: Request, needs: Role | 'nobody', actsOn: boolean): Promise<Verdict> {
    if (!this.hasPassword && (this.#around.isPublic || !isThisMachine(request)))
      return refused(STRANGER, 'closed');
    const visitor = await this.#visitorOf(request);
    if (typeof visitor === 'string') return refused(STRANGER, visitor);
    const because = actsOn ? this.#notFromHere(request, visitor) : null;
    if (because) return refused(visitor, visitor.role || needs === 'nobody' ? because : 'sign_in');
    if (mayDo(visitor, needs)) return { may: true, visitor };
    return refused(visitor, visitor.role ? 'not_allowed' : 'sign_in');
  }

  /** Whose password it is; null: nobody's. */
  roleFor(request: Request, password: string): Promise<Role | null | 'slow_down'> {
    return this.#try(request, () => roleOf(password, this.#around.passwords));
  }

  /** Opens a session; gives the ticket for it. `password`: the one that was given for this role. */
  open(role: Role, password: string): string {
    const ticket = this.#sessions.issue(role, password);
    this.#remember(ticket);
    return ticket;
  }

  /** Ends the session of this browser, if it has one. */
  async end(request: Request): Promise<'ended' | 'slow_down'> {
    const role = await this.#roleByTicket(request);
    if (role === 'slow_down') return role;
    const ticket = ticketOf(request);
    if (role && ticket !== null) await this.#sessions.end(ticket);
    return 'ended';
  }

  /** A browser adds cookies to whatever any page asks for, and reaches this machine for any page. */
  #notFromHere(request: Request, visitor: Visitor): 'foreign_site' | 'no_origin' | null {
    if (visitor.by === 'bearer') return null;
    const site = siteOf(request, request.host, this.#around.publicUrlOf(request));
    if (site === 'foreign') return 'foreign_site';
    // What sits at this machine and is no browser can do more than ask us.
    return site === 'own' || visitor.by === 'loopback' ? null : 'no_origin';
  }

  async #visitorOf(request: Request): Promise<Visitor | 'wrong_password' | 'slow_down'> {
    if (!this.hasPassword) return { role: 'operator', by: 'loopback' };
    const bearer = /^Bearer (.{1,512})$/i.exec(request.headers.authorization ?? '')?.[1];
    if (bearer !== undefined) {
      const role = await this.roleFor(request, bearer);
      if (role === 'slow_down') return role;
      return role ? { role, by: 'bearer' } : 'wrong_password';
    }
    const role = await this.#roleByTicket(request);
    if (role === 'slow_down') return role;
    return role ? { role, by: 'cookie' } : STRANGER;
  }

  /** A ticket is signed with the password, so whoever forges one guesses the password. */
  async #roleByTicket(request: Request): Promise<Role | null | 'slow_down'> {
    const ticket = ticketOf(request);
    if (ticket === null || !this.#sessions.mayBeGood(ticket)) return null;
    const roleNow = () => this.#sessions.roleOf(ticket);
    const role = this.#tickets.has(ticket) ? roleNow() : await this.#try(request, roleNow);
    if (role !== 'slow_down') this.#remember(ticket);
    return role;
  }

  #remember(ticket: string): void {
    keepLatest(this.#tickets, ticket, true, MOST_TICKETS);
  }

  async #try<Found>(request: Request, compare: () => Found | null): Promise<Found | null | 'slow_down'> {
    const { ip = '', socket } = request;
    const whence = { address: ip, peer: socket.remoteAddress ?? '', isGone: () => socket.destroyed };
    const found = await this.#guesses.try(whence, compare);
    if (found === null) this.#around.guessed('wrong');
    if (found === 'slow_down') this.#around.guessed('slow_down');
    return found;
  }
}

function refused(visitor: Visitor, because: Refusal): Verdict {
  return { may: false, visitor, because };
}

/** A hundred bytes each. */
const MOST_TICKETS = 10_000;
