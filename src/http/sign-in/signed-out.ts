import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../disk/make-folder.ts';

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
