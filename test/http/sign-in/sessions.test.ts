import { createHmac, scryptSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  noTicketCookies,
  openSignedOut,
  SESSION_MS,
  Sessions,
  signedOutInMemory,
  ticketCookie,
  ticketOf,
} from '../../../src/http/sign-in/sessions.ts';
import { aFolder } from '../../support/temp-folder.ts';
import { TestClock } from '../../support/test-clock.ts';

const PASSWORDS = { operator: ['open the harbour'], viewer: ['look at the harbour'] };

function aDesk(clock = new TestClock()) {
  return { clock, sessions: new Sessions({ clock, passwords: PASSWORDS, signedOut: signedOutInMemory() }) };
}

describe('a ticket', () => {
  it('stands for the role whose password was given, for twelve hours to the millisecond', () => {
    const { clock, sessions } = aDesk();
    const tickets = [
      sessions.issue('operator', 'open the harbour'),
      sessions.issue('viewer', 'look at the harbour'),
    ];
    const roles = () => tickets.map((ticket) => sessions.roleOf(ticket));

    expect(roles()).toEqual(['operator', 'viewer']);
    clock.advance(SESSION_MS - 1);
    expect(roles()).toEqual(['operator', 'viewer']);
    clock.advance(1);
    expect(roles()).toEqual([null, null]);
  });

  it('P6: makes no operator of a viewer who signs one with the password that they have', () => {
    const { sessions } = aDesk();
    const forge = (claim: string) => {
      const key = scryptSync(
        JSON.stringify(['viewer', 'look at the harbour']),
        'ringdown review sessions',
        32,
      );
      return `${claim}.${createHmac('sha256', key).update(claim).digest('base64url')}`;
    };
    const own = sessions.issue('viewer', 'look at the harbour');
    const claim = own.slice(0, own.lastIndexOf('.'));

    expect(forge(claim)).toBe(own); // this is how it is made
    expect(sessions.roleOf(forge(claim.replace('viewer', 'operator')))).toBeNull();
  });

  it('is none any more with a letter changed anywhere in it', () => {
    const { sessions } = aDesk();
    const ticket = sessions.issue('operator', 'open the harbour');
    const forgeries = Array.from(ticket, (letter, at) => {
      const other = letter === 'A' ? 'B' : 'A';
      return `${ticket.slice(0, at)}${other}${ticket.slice(at + 1)}`;
    });

    expect(forgeries.map((forgery) => sessions.roleOf(forgery)).filter(Boolean)).toEqual([]);
  });

  it('is given for no password that is none', () => {
    expect(() => aDesk().sessions.issue('operator', 'look at the harbour')).toThrow(
      'a password that is none',
    );
  });
});

describe('the cookie of a ticket', () => {
  const brought = (cookie?: string) => ticketOf({ headers: { cookie } } as unknown as IncomingMessage);

  it.each([
    [undefined, null],
    ['theme=dark', null],
    ['theme=dark; ringdown=t1', 't1'],
    ['my-ringdown=x', null],
    // A neighbour on another port can set the plain one; the other it cannot.
    ['ringdown=planted; __Host-ringdown=own', 'own'],
  ])('is found among others, first the one that nobody else can have set: %s', (cookies, ticket) => {
    expect(brought(cookies)).toBe(ticket);
  });

  it('is read as it was set, and taken back under both of its names', () => {
    const sent = (cookie: string) => cookie.split(';')[0];

    expect([true, false].map((isSecure) => brought(sent(ticketCookie('t1', isSecure))))).toEqual([
      't1',
      't1',
    ]);
    expect(noTicketCookies().map(sent)).toEqual(['__Host-ringdown=', 'ringdown=']);
    for (const cookie of noTicketCookies()) expect(cookie).toContain('Max-Age=0');
  });
});

describe('the list of sessions that were signed out of', () => {
  it('forgets with every new one those that are over, and no other', async () => {
    const { path } = aFolder({});
    const clock = new TestClock();
    const list = await openSignedOut(
      path,
      () => clock.wallMs(),
      () => {},
    );
    await list.add('short', clock.wallMs() + 1_000);
    await list.add('long', clock.wallMs() + 5_000);
    clock.advance(1_000);
    await list.add('next', clock.wallMs() + 5_000);

    expect(['short', 'long', 'next'].map((id) => list.has(id))).toEqual([false, true, true]);
  });

  it('is not written anew for all the sessions that are still good', async () => {
    const clock = new TestClock();
    const good = Array.from({ length: 1_500 }, (_, i) => `id${i} ${clock.wallMs() + 9_000}\n`).join('');
    const { path } = aFolder({ 'signed-out.txt': `old ${clock.wallMs() - 1}\n${good}` });

    await openSignedOut(
      path,
      () => clock.wallMs(),
      () => {},
    );

    expect(readFileSync(join(path, 'signed-out.txt'), 'utf8')).toMatch(/^old /);
  });
});
