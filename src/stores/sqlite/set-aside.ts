import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Moves what lies in the place of a log out of the way as it is, with the files that belong to it; says where to. */
export function moveAside(path: string, wallMs: number): string {
  const stamp = new Date(wallMs).toISOString().replaceAll(/[:.]/g, '-');
  const aside = freeName(`${path}${MARK}${stamp}`);
  renameSync(path, aside);
  for (const suffix of COMPANIONS) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
  return aside;
}

/** The files that were moved out of the way of the log in this directory and have something in them; oldest first. */
export function filesSetAside(directory: string): readonly string[] {
  const start = `${databasePath(directory)}${MARK}`;
  return namesIn(directory)
    .map((name) => join(directory, name))
    .filter((path) => path.startsWith(start) && !COMPANIONS.some((suffix) => path.endsWith(suffix)))
    .filter((path) => {
      const found = statSync(path, { throwIfNoEntry: false });
      return found?.isFile() && found.size > 0;
    })
    .sort();
}

/** When it was moved, according to its name. */
export function setAsideAt(path: string): number {
  const [, day, hour, minute, second, ms] = STAMP.exec(path) ?? [];
  const stamp = Date.parse(`${day}T${hour}:${minute}:${second}.${ms}Z`);
  return Number.isNaN(stamp) ? (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) : stamp;
}

/** Leaves nothing of it. */
export function eraseSetAside(path: string): void {
  for (const suffix of ['', ...COMPANIONS]) rmSync(path + suffix, { force: true });
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return []; // there is none yet, or none that can be read
  }
}

function freeName(wanted: string): string {
  let name = wanted;
  for (let n = 2; existsSync(name); n++) name = `${wanted}-${n}`;
  return name;
}

const MARK = '.set-aside-';
const STAMP = /\.set-aside-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z/;
const COMPANIONS = ['-wal', '-shm'] as const;

/** The embedded database's place in a data directory. */
export function databasePath(directory: string): string {
  return join(directory, 'calls.db');
}
