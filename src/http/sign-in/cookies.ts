import type { IncomingMessage } from 'node:http';
import { SESSION_MS } from './sessions.ts';

/** `__Host-`: the browser sees to it that no other host, and no plain connection, can have set it. */
const SECURE_NAME = '__Host-ringdown';
const PLAIN_NAME = 'ringdown';

/** The ticket that a browser brings; null: none. */
export function ticketOf(request: IncomingMessage): string | null {
  const cookies = (request.headers.cookie ?? '').split(';').map((cookie) => cookie.trim());
  for (const name of [SECURE_NAME, PLAIN_NAME]) {
    const cookie = cookies.find((candidate) => candidate.startsWith(`${name}=`));
    if (cookie) return cookie.slice(name.length + 1);
  }
  return null;
}

export function ticketCookie(ticket: string, isSecure: boolean): string {
  const age = `Max-Age=${SESSION_MS / 1000}`;
  return isSecure
    ? `${SECURE_NAME}=${ticket}; Path=/; Secure; HttpOnly; SameSite=Lax; ${age}`
    : `${PLAIN_NAME}=${ticket}; Path=/; HttpOnly; SameSite=Lax; ${age}`;
}

export function noTicketCookies(): readonly string[] {
  return [
    `${SECURE_NAME}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0`,
    `${PLAIN_NAME}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`,
  ];
}
