import { readdirSync, readFileSync, rmdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '../disk/make-folder.ts';

/** A server that keeps its calls in a data directory. */
export interface Neighbour {
  readonly pid: number;
  readonly host: string;
  readonly startedWallMs: number;
}

export function nameOf({ pid, host, startedWallMs }: Neighbour): string {
  return `process ${pid} on ${host}, since ${new Date(startedWallMs).toISOString()}`;
}

/**
 * Says in a data directory that this process keeps calls there, and who else does. Several may; but as a rule somebody
 * has started a second server by mistake, and looks for its calls in the first one's.
 */
export class Neighbours {
  readonly #directory: string;
  readonly #own: string;
  readonly #wallMs: () => number;
  readonly #startedWallMs: number;

  constructor(directory: string, owner: string, wallMs: () => number = Date.now) {
    this.#directory = directory;
    this.#own = join(folderIn(directory), `${owner}.json`);
    this.#wallMs = wallMs;
    this.#startedWallMs = wallMs();
  }

  /** To be said every other second. A folder that cannot be written to is somebody else's trouble. */
  sayHere(): void {
    const seconds = this.#wallMs() / 1_000;
    try {
      utimesSync(this.#own, seconds, seconds);
    } catch {
      this.#write();
    }
  }

  others(): readonly Neighbour[] {
    return neighboursIn(this.#directory, this.#wallMs(), this.#own);
  }

  close(): void {
    rmSync(this.#own, { force: true });
    try {
      rmdirSync(folderIn(this.#directory));
    } catch {
      // somebody else is still there
    }
  }

  #write(): void {
    const own: Neighbour = { pid: process.pid, host: hostname(), startedWallMs: this.#startedWallMs };
    try {
      makeFolder(folderIn(this.#directory));
      writeFileSync(this.#own, JSON.stringify(own));
    } catch {
      // it is told of as what it is: a folder that cannot be written to
    }
  }
}

/** Who keeps calls in this directory now; but this one. What killed processes have left there is cleared away. */
export function neighboursIn(directory: string, wallMs: number, but = ''): readonly Neighbour[] {
  return filesIn(folderIn(directory)).flatMap((path) => {
    const seenMs = path === but ? undefined : statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    const found = seenMs === undefined ? null : read(path);
    if (!found || seenMs === undefined) return [];
    if (isGone(found)) rmSync(path, { force: true });
    return isGone(found) || seenMs < wallMs - GONE_MS ? [] : [found];
  });
}

/** On this machine that can be seen; of another one's nothing more can be said than when it was last heard of. */
function isGone({ pid, host }: Neighbour): boolean {
  if (host !== hostname()) return false;
  if (pid === process.pid) return true; // one before us, with our number
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

function read(path: string): Neighbour | null {
  try {
    const { pid, host, startedWallMs }: Partial<Neighbour> = JSON.parse(readFileSync(path, 'utf8'));
    return pid !== undefined && host !== undefined && startedWallMs !== undefined
      ? { pid, host, startedWallMs }
      : null;
  } catch {
    return null; // it is just being written, or taken away
  }
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function folderIn(directory: string): string {
  return join(directory, 'running');
}

const GONE_MS = 10_000;
