import { createHmac, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { z } from 'zod';
import { makeFolder } from '../../disk/make-folder.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Passwords, Role } from './visitor.ts';

/**
 * Tickets that say: this browser has given the password, and may come in until then.
 *
 * They are signed with the password that was given rather than kept, so that any process of ours takes them, a restart
 * ends none, and a password that is not in force any more takes its own with it. Those that were given back are
 * remembered.
 */
export class Sessions {
  readonly #clock: Clock;
  readonly #keys: readonly { readonly role: Role; readonly password: string; readonly key: Buffer }[];
  readonly #signedOut: SignedOut;

  constructor({ clock, passwords, signedOut }: SessionSurroundings) {
    this.#clock = clock;
    this.#signedOut = signedOut;
    const keysOf = (role: Role) =>
      passwords[role].map((password) => ({ role, password, key: keyOf(role, password) }));
    this.#keys = [...keysOf('operator'), ...keysOf('viewer')];
  }

  /** `password`: the one that was given for this role. */
  issue(role: Role, password: string): string {
    const untilMs = this.#clock.wallMs() + SESSION_MS;
    const claim = [role, untilMs.toString(36), randomBytes(16).toString('base64url')].join('.');
    const own = this.#keys.find((candidate) => candidate.role === role && candidate.password === password);
    if (!own) throw new TypeError('A session was to be given for a password that is none.');
    return `${claim}.${sign(claim, own.key)}`;
  }

  /** Whether only the signature can tell that it is none. */
  mayBeGood(ticket: string): boolean {
    const untilMs = Number.parseInt(TICKET.exec(ticket)?.[1] ?? '', 36);
    return untilMs > this.#clock.wallMs() && untilMs - SESSION_MS >= this.#signedOut.knownSinceMs;
  }

  /** The role a ticket stands for; null: none, or no longer. */
  roleOf(ticket: string): Role | null {
    const claim = this.#read(ticket);
    return claim && !this.#signedOut.has(claim.id) ? claim.role : null;
  }

  /** Takes a ticket back: it opens nothing any more, for good. */
  async end(ticket: string): Promise<void> {
    const claim = this.#read(ticket);
    if (claim) await this.#signedOut.add(claim.id, claim.untilMs);
  }

  #read(ticket: string): { role: Role; untilMs: number; id: string } | null {
    if (!this.mayBeGood(ticket)) return null;
    const cut = ticket.lastIndexOf('.');
    const given = Buffer.from(ticket.slice(cut + 1));
    const claim = ticket.slice(0, cut);
    const [name, until = '', id = ''] = claim.split('.');
    const role = z.enum(['viewer', 'operator']).safeParse(name).data;
    const isSigned = this.#keys.some(
      (candidate) => candidate.role === role && isSame(given, Buffer.from(sign(claim, candidate.key))),
    );
    return role && isSigned ? { role, untilMs: Number.parseInt(until, 36), id } : null;
  }
}

export interface SessionSurroundings {
  readonly clock: Clock;
  readonly passwords: Passwords;
  readonly signedOut: SignedOut;
}

/** Slow on purpose: whoever finds a ticket must not be able to try passwords on it at home. */
function keyOf(role: Role, password: string): Buffer {
  return scryptSync(JSON.stringify([role, password]), 'ringdown review sessions', 32);
}

function sign(claim: string, key: Buffer): string {
  return createHmac('sha256', key).update(claim).digest('base64url');
}

function isSame(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

const TICKET = /^(?:viewer|operator)\.([0-9a-z]{1,9})\.[\w-]{22}\.[\w-]{43}$/;

/** A working day. */
export const SESSION_MS = 12 * 60 * 60 * 1000;

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

/** Remembers which sessions were ended before their time. */
export interface SignedOut {
  has(sessionId: string): boolean;
  /** Nobody knows what became of sessions from before this moment: they are not good. */
  readonly knownSinceMs: number;
  /** Resolves when it is kept. */
  add(sessionId: string, untilMs: number): Promise<void>;
}

/** For as long as the process lives. */
export function signedOutInMemory(): SignedOut {
  const sessions = new Set<string>();
  return {
    has: (sessionId) => sessions.has(sessionId),
    knownSinceMs: 0,
    async add(sessionId) {
      sessions.add(sessionId);
    },
  };
}

/** In a file as well, a line each, so that a cookie that was given back is not good again after a restart. */
export async function openSignedOut(
  directory: string,
  wallMs: () => number,
  trouble: (what: string) => void,
): Promise<SignedOut> {
  const path = join(directory, FILE);
  const { entries, isKnown, isCut } = await readEntries(path, trouble);
  /** Before the next line, so that it does not go on where another was cut off. */
  let gap = isCut ? '\n' : '';
  const current = new Map(entries.filter(([, untilMs]) => untilMs > wallMs()));
  if (entries.length - current.size > MOST_STALE) {
    await writeFile(`${path}.new`, [...current].map(lineOf).join(''), PRIVATE)
      .then(() => rename(`${path}.new`, path))
      .catch((error: unknown) => trouble(`${path} could not be shortened (${codeOf(error)})`));
  }
  return {
    has: (sessionId) => current.has(sessionId),
    knownSinceMs: isKnown ? 0 : wallMs(),
    async add(sessionId, untilMs) {
      if (current.has(sessionId)) return;
      for (const [id, time] of current) if (time <= wallMs()) current.delete(id);
      current.set(sessionId, untilMs);
      try {
        makeFolder(directory);
        await appendFile(path, gap + lineOf([sessionId, untilMs]), PRIVATE);
        gap = '';
      } catch (error) {
        gap = '\n';
        trouble(
          `a sign-out could not be kept in ${path} (${codeOf(error)}): change REVIEW_PASSWORD if that cookie may be in wrong hands`,
        );
      }
    },
  };
}

type Entry = readonly [sessionId: string, untilMs: number];

async function readEntries(
  path: string,
  trouble: (what: string) => void,
): Promise<{ readonly entries: readonly Entry[]; readonly isKnown: boolean; readonly isCut: boolean }> {
  try {
    const text = await readFile(path, 'utf8');
    const entries = [...text.matchAll(/^([\w-]{1,64}) (\d{1,16})$/gm)].map(
      ([, id = '', untilMs]): Entry => [id, Number(untilMs)],
    );
    return { entries, isKnown: true, isCut: text !== '' && !text.endsWith('\n') };
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR')
      return { entries: [], isKnown: true, isCut: false };
    trouble(`${path} cannot be read (${codeOf(error)}): whoever had signed in has to do so again`);
    return { entries: [], isKnown: false, isCut: false };
  }
}

function lineOf([sessionId, untilMs]: Entry): string {
  return `${sessionId} ${untilMs}\n`;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'for no reason given';
}

const FILE = 'signed-out.txt';
const PRIVATE = { mode: 0o600 } as const;

/** Lines of sessions that would be over by now; beyond this the file is written anew. */
const MOST_STALE = 1_000;
