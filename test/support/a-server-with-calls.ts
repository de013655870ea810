import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import type { CallEvent } from '../../src/ports/facts.ts';
import type { StoredEvent } from '../../src/ports/store.ts';
import { openSqliteStore } from '../../src/stores/sqlite/open.ts';
import { databasePath } from '../../src/stores/sqlite/set-aside.ts';
import { seededCalls, stored } from './logged-calls.ts';

/** The program itself, in a process of its own, over a call log that was there before it. */
export interface ServerWithCalls {
  readonly url: string;
  readonly directory: string;
  /** How much memory of the machine the process holds now. */
  residentMb(): number;
  close(): Promise<void>;
}

export async function aServerWithCalls(
  kept: number | Iterable<KeptCall>,
  environment: Readonly<Record<string, string>> = {},
): Promise<ServerWithCalls> {
  const directory = mkdtempSync(join(tmpdir(), 'ringdown-many-'));
  await seed(directory, typeof kept === 'number' ? seededCalls(kept) : kept);
  const project = join(import.meta.dirname, '../..');
  const { scripts }: { scripts: { start: string } } = JSON.parse(
    readFileSync(join(project, 'package.json'), 'utf8'),
  );
  const child = spawn('sh', ['-c', scripts.start], {
    cwd: project,
    env: { PATH: process.env['PATH'], PORT: '0', DATA_DIR: directory, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const isGone = once(child, 'exit');
  const url = await addressIn(child.stdout);
  child.stdout.resume();
  return {
    url,
    directory,
    residentMb() {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8'); // the shell has become the program
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
    },
    async close() {
      child.kill('SIGTERM');
      await isGone;
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

interface KeptCall {
  readonly callId: string;
  readonly events: readonly CallEvent[];
}

/** Some of them somebody has reviewed. */
async function seed(directory: string, calls: Iterable<KeptCall>): Promise<void> {
  const { store } = openSqliteStore(directory, { owner: 'seed', wallMs: Date.now });
  const batch: StoredEvent[] = [];
  let n = 0;
  for (const { callId, events } of calls) {
    batch.push(...stored(callId, events));
    if (++n % SEEDED_AT_ONCE === 0) await store.append(batch.splice(0));
  }
  await store.append(batch);
  await store.close();
  const database = new DatabaseSync(databasePath(directory));
  database.exec(`
    UPDATE calls SET review = json_set(review, '$.isReviewed', json('true')) WHERE id % 3 = 0;
    UPDATE calls SET review = json_set(review, '$.tags', json('["follow up"]')) WHERE id % 20 = 0;
  `);
  database.close();
}

/** Gives every call as much to export as a long note says. */
export function writeLongNotes(directory: string, chars: number): void {
  const database = new DatabaseSync(databasePath(directory));
  const note = JSON.stringify([{ noteId: 'n', atMs: null, text: 'x'.repeat(chars), wallMs: 0 }]);
  database.prepare(`UPDATE calls SET review = json_set(review, '$.notes', json(?))`).run(note);
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
}

export interface Export {
  readonly lines: number;
  readonly bytes: number;
  readonly tookMs: number;
  /** How much more memory than before the server has held at any moment. */
  readonly grewMb: number;
}

/** Takes an export as fast as it comes, or after letting it wait for so long with nothing read. */
export async function takeExport(server: ServerWithCalls, path: string, waitMs = 0): Promise<Export> {
  const before = server.residentMb();
  let most = before;
  const look = setInterval(() => {
    most = Math.max(most, server.residentMb());
  }, LOOK_MS);
  const startedAt = performance.now();
  let [lines, bytes] = [0, 0];
  await new Promise<void>((resolve, reject) => {
    request(server.url + path, async (response) => {
      response.once('error', reject).once('end', resolve);
      if (waitMs > 0) await wait(waitMs);
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        for (const byte of chunk) if (byte === LINE_END) lines++;
      });
    })
      .once('error', reject)
      .end();
  });
  clearInterval(look);
  const tookMs = performance.now() - startedAt;
  return { lines, bytes, tookMs, grewMb: Math.max(most, server.residentMb()) - before };
}

async function addressIn(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const address = /listens on (http:\S+)\./.exec(line)?.[1];
    if (address !== undefined) return address;
  }
  throw new Error('The server ended before it listened.');
}

const LINE_END = 0x0a;
const LOOK_MS = 10;
const SEEDED_AT_ONCE = 200;
