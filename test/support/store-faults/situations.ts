import { execFile } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { openSqliteStore } from '../../../src/stores/sqlite/open.ts';
import { seededCalls, stored } from '../logged-calls.ts';
import type { Server } from './a-server.ts';
import type { OwnPostgres } from './an-own-postgres.ts';
import { pause } from './listening-phone.ts';

export interface Place {
  readonly dataDir: string;
  readonly postgres: OwnPostgres | null;
}

/** One thing that happens to the store, beside calls that should not feel it. */
export interface Situation {
  readonly name: string;
  readonly store: 'sqlite' | 'postgres';
  /** A small file system of its own for the data, of so many megabytes: wants root. */
  readonly tmpfsMb?: number;
  readonly recording?: 'on';
  /** Before the server is started; otherwise its Postgres runs. */
  readonly prepare?: (place: Place) => Promise<void>;
  /** While calls go on. */
  readonly fault: (place: Place, server: Server) => Promise<void>;
  /** What is wrong when all is over; nothing if all is well. */
  readonly check?: (place: Place) => string | null;
}

const exec = promisify(execFile);

/** As long as most of the faults last. */
const QUIET_MS = 12_000;

export const SITUATIONS: readonly Situation[] = [
  { name: '– nothing, SQLite', store: 'sqlite', fault: () => pause(QUIET_MS) },
  { name: '– nothing, SQLite, recorded', store: 'sqlite', recording: 'on', fault: () => pause(QUIET_MS) },
  { name: 'S1 disk full', store: 'sqlite', tmpfsMb: 16, recording: 'on', fault: fillDisk },
  { name: 'S2 locked for 30 s', store: 'sqlite', fault: lock },
  ...damages(),
  { name: 'S4 writes fail (EFBIG), 60 times', store: 'sqlite', fault: failWrites },
  { name: '– nothing, Postgres', store: 'postgres', fault: () => pause(QUIET_MS) },
  {
    name: 'S7 absent for 12 s from the start',
    store: 'postgres',
    prepare: async () => {},
    async fault({ postgres }) {
      await pause(QUIET_MS);
      await postgres?.start();
    },
  },
  {
    name: 'S8 restarted at once, 10 times',
    store: 'postgres',
    async fault({ postgres }) {
      for (let n = 0; n < 10; n++) {
        await postgres?.restart();
        await pause(1_000);
      }
    },
  },
  {
    name: 'S8 connections ended, 10 times',
    store: 'postgres',
    async fault({ postgres }) {
      for (let ended = 0; ended < 10; await pause(1_000)) ended += (await postgres?.terminate()) ?? 0;
    },
  },
];

/** All of the disk is taken by somebody else for a while. */
async function fillDisk({ dataDir }: Place): Promise<void> {
  const filler = join(dataDir, 'somebody-elses');
  const file = openSync(filler, 'w');
  const page = Buffer.alloc(4_096);
  const isFull = () => {
    try {
      return writeSync(file, page) < page.length;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return true;
      throw error;
    }
  };
  for (let ms = 0; ms < QUIET_MS; ms += 100) {
    while (!isFull()); // also of what the server gives back meanwhile
    await pause(100);
  }
  closeSync(file);
  rmSync(filler);
}

/** This process is a second one, and writes. */
async function lock({ dataDir }: Place): Promise<void> {
  const database = new DatabaseSync(join(dataDir, 'calls.db'));
  database.exec('BEGIN IMMEDIATE');
  await pause(30_000);
  database.exec('ROLLBACK');
  database.close();
}

/**
 * The kernel refuses the server's writes to files, again and again: its limit on their size is set to nothing. SQLite
 * sees EFBIG where a broken disk says EIO, and makes the same of it: an I/O error while writing (778).
 */
async function failWrites(_place: Place, server: Server): Promise<void> {
  const limit = (bytes: string) => exec('prlimit', ['--pid', String(server.pid), `--fsize=${bytes}:`]);
  for (let n = 0; n < 60; n++) {
    await limit('0');
    await pause(20 + Math.random() * 250);
    await limit('unlimited');
    await pause(20 + Math.random() * 80);
  }
}

/** What lies in the place of the database when the server is started. */
function damages(): readonly Situation[] {
  const kinds: readonly (readonly [string, (path: string) => void])[] = [
    [
      'noise',
      (path) => writeFileSync(path, Buffer.from(Array.from({ length: 50_000 }, (_, n) => (n * 7919) % 256))),
    ],
    ['empty', (path) => writeFileSync(path, '')],
    ['cut off', (path) => truncateSync(path, 20_077)],
    [
      'a directory',
      (path) => {
        rmSync(path);
        mkdirSync(path);
        writeFileSync(join(path, 'mine'), 'mine');
      },
    ],
  ];
  return kinds.map(([name, damage]) => {
    let before: Buffer = Buffer.alloc(0);
    return {
      name: `S3 at the start: ${name}`,
      store: 'sqlite',
      async prepare({ dataDir }) {
        const { store } = openSqliteStore(dataDir, { owner: 'before', wallMs: Date.now });
        await store.append([...seededCalls(40)].flatMap(({ callId, events }) => stored(callId, events)));
        await store.close();
        damage(join(dataDir, 'calls.db'));
        before = bytesAt(join(dataDir, 'calls.db'));
      },
      fault: () => pause(5_000),
      check({ dataDir }) {
        const aside = readdirSync(dataDir).find((name) => name.includes('.set-aside-'));
        if (aside === undefined) return 'was not set aside';
        return bytesAt(join(dataDir, aside)).equals(before) ? null : 'is not as it was';
      },
    };
  });
}

function bytesAt(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return readFileSync(join(path, 'mine'));
  }
}
