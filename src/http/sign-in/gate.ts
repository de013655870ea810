import type { Request } from 'express';
import type { Clock } from '../../ports/clock.ts';
import { ticketOf } from './cookies.ts';
import { Guesses } from './guesses.ts';
import { siteOf } from './own-site.ts';
import { areSet, type Passwords, roleOf } from './passwords.ts';
import { Sessions } from './sessions.ts';
import type { SignedOut } from './signed-out.ts';
import { isThisMachine } from './this-machine.ts';
import { mayDo, type Role, STRANGER, type Visitor } from './visitor.ts';

/** What becomes of a request before anybody looks at what it wants. */
export type Verdict =
  | { readonly may: true; readonly visitor: Visitor }
  | { readonly may: false; readonly visitor: Visitor; readonly because: Refusal };

/**
 * `closed`: no password is set, so only this machine may see anything. `wrong_password`: a bearer's; the answer is to
 * wait for `wrongGuess`. `no_origin`: nobody says which page asks.
 */
export type Refusal = 'closed' | 'sign_in' | 'wrong_password' | 'not_allowed' | 'foreign_site' | 'no_origin';

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
  readonly sessions: Sessions;
  readonly #guesses: Guesses;
  readonly #around: GateSurroundings;

  constructor(around: GateSurroundings) {
    this.sessions = new Sessions(around);
    this.#guesses = new Guesses(around.clock);
    this.#around = around;
  }

  get hasPassword(): boolean {
    return areSet(this.#around.passwords);
  }

  /** `actsOn`: it changes something, or opens a stream: then it has to come from a page of ours. */
  judge(request: Request, needs: Role | 'nobody', actsOn: boolean): Verdict {
    if (!this.hasPassword && (this.#around.isPublic || !isThisMachine(request)))
      return refused(STRANGER, 'closed');
    const visitor = this.#visitorOf(request);
    if (!visitor) return refused(STRANGER, 'wrong_password');
    const because = actsOn ? this.#notFromHere(request, visitor) : null;
    if (because) return refused(visitor, visitor.role || needs === 'nobody' ? because : 'sign_in');
    if (mayDo(visitor, needs)) return { may: true, visitor };
    return refused(visitor, visitor.role ? 'not_allowed' : 'sign_in');
  }

  /** Whose password it is. A right one is taken at once, however many wrong ones came before it. */
  roleFor(password: string): Role | null {
    return roleOf(password, this.#around.passwords);
  }

  /** Resolves when a wrong password may be answered. */
  async wrongGuess(request: Request): Promise<'wrong' | 'slow_down'> {
    const answer = await this.#guesses.wasWrong(request.ip ?? '');
    this.#around.guessed(answer);
    return answer;
  }

  /** A browser adds cookies to whatever any page asks for, and reaches this machine for any page. */
  #notFromHere(request: Request, visitor: Visitor): 'foreign_site' | 'no_origin' | null {
    if (visitor.by === 'bearer') return null;
    const site = siteOf(request, request.host, this.#around.publicUrlOf(request));
    if (site === 'foreign') return 'foreign_site';
    // What sits at this machine and is no browser can do more than ask us.
    return site === 'own' || visitor.by === 'loopback' ? null : 'no_origin';
  }

  /** Null: brings a password that is none. */
  #visitorOf(request: Request): Visitor | null {
    if (!this.hasPassword) return { role: 'operator', by: 'loopback' };
    const bearer = /^Bearer (.{1,512})$/i.exec(request.headers.authorization ?? '')?.[1];
    if (bearer !== undefined) {
      const role = this.roleFor(bearer);
      return role && { role, by: 'bearer' };
    }
    const ticket = ticketOf(request);
    const role = ticket === null ? null : this.sessions.roleOf(ticket);
    return role ? { role, by: 'cookie' } : STRANGER;
  }
}

function refused(visitor: Visitor, because: Refusal): Verdict {
  return { may: false, visitor, because };
}
