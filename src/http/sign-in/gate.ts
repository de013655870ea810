import type { Request } from 'express';
import type { Clock } from '../../ports/clock.ts';
import { Attempts } from './attempts.ts';
import { ticketOf } from './cookies.ts';
import { isFromOwnSite, isThisMachine } from './own-site.ts';
import { areSet, type Passwords, roleOf } from './passwords.ts';
import { Sessions } from './sessions.ts';
import { mayDo, type Role, STRANGER, type Visitor } from './visitor.ts';

/** What becomes of a request before anybody looks at what it wants. */
export type Verdict =
  | { readonly may: true; readonly visitor: Visitor }
  | { readonly may: false; readonly visitor: Visitor; readonly because: Refusal };

/** `closed`: no password is set, so only this machine may see anything. */
export type Refusal = 'closed' | 'sign_in' | 'not_allowed' | 'foreign_site';

/** Decides who comes in. */
export class Gate {
  readonly sessions: Sessions;
  readonly #attempts: Attempts;
  readonly #passwords: Passwords;
  readonly #publicUrlOf: (request: Request) => string;

  constructor(clock: Clock, passwords: Passwords, publicUrlOf: (request: Request) => string) {
    this.sessions = new Sessions(clock, passwords);
    this.#attempts = new Attempts(clock);
    this.#passwords = passwords;
    this.#publicUrlOf = publicUrlOf;
  }

  get hasPassword(): boolean {
    return areSet(this.#passwords);
  }

  /** `actsOn`: it changes something, or opens a stream: then it has to come from a page of ours. */
  judge(request: Request, needs: Role | 'nobody', actsOn: boolean): Verdict {
    if (!this.hasPassword && !isThisMachine(request)) return refused(STRANGER, 'closed');
    const visitor = this.#visitorOf(request);
    const bringsItself = visitor.by !== 'bearer'; // a browser adds cookies to whatever any page asks for
    if (actsOn && bringsItself && !isFromOwnSite(request, this.#publicUrlOf(request)))
      return refused(visitor, visitor.role || needs === 'nobody' ? 'foreign_site' : 'sign_in');
    if (mayDo(visitor, needs)) return { may: true, visitor };
    return refused(visitor, visitor.role ? 'not_allowed' : 'sign_in');
  }

  /** Tries a password; `slow_down` if too many wrong ones came from there. */
  tryPassword(password: string, address: string): Role | 'wrong' | 'slow_down' {
    if (!this.#attempts.mayTry(address)) return 'slow_down';
    const role = roleOf(password, this.#passwords);
    if (!role) this.#attempts.wasWrong(address);
    return role ?? 'wrong';
  }

  #visitorOf(request: Request): Visitor {
    if (!this.hasPassword) return { role: 'operator', by: 'loopback' };
    const bearer = /^Bearer (.{1,512})$/i.exec(request.headers.authorization ?? '')?.[1];
    if (bearer !== undefined) {
      const role = this.tryPassword(bearer, request.ip ?? '');
      return role === 'wrong' || role === 'slow_down' ? STRANGER : { role, by: 'bearer' };
    }
    const ticket = ticketOf(request);
    const role = ticket === null ? null : this.sessions.roleOf(ticket);
    return role ? { role, by: 'cookie' } : STRANGER;
  }
}

function refused(visitor: Visitor, because: Refusal): Verdict {
  return { may: false, visitor, because };
}
