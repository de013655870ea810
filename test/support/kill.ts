import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { readWav, wavHeader } from '../../src/audio/wav.ts';
import { wordsSaid } from '../../src/stores/shared/search.ts';
import { openSqliteStore } from '../../src/stores/sqlite/open.ts';

/** What was found after a process with ten live calls was killed. Everything should be zero, and sound. */
export interface KillReport {
  readonly calls: number;
  /** Events older than a second that are not there. */
  readonly lostEvents: number;
  /** Frames older than a second that cannot be heard. */
  readonly lostFrames: number;
  readonly recordings: number;
  /** The most by which a recording is shorter or longer than what was received. */
  readonly mostOffMs: number;
  /** Recordings whose header does not say how long they are. */
  readonly wrongHeaders: number;
  readonly isSound: boolean;
  readonly wasSetAside: boolean;
}

const TICKS_PER_SECOND = 50;

/** What a process has told of last: as much was received on each of its calls. */
interface Tick {
  readonly tick: number;
  readonly atMs: number;
}

/**
 * Lets a process log ten calls, and kills it when it has told of this many ticks, 20 ms each. `lengthMsOf`: how long a
 * recording sounds, to whoever is asked.
 */
export async function killAfter(
  ticks: number,
  lengthMsOf: (path: string) => number = ourLengthMs,
): Promise<KillReport> {
  const directory = mkdtempSync(join(tmpdir(), 'call-log-'));
  try {
    return await inspect(directory, await runUntil(directory, ticks), lengthMsOf);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function runUntil(directory: string, ticks: number): Promise<Tick> {
  const program = fileURLToPath(new URL('./logging-process.ts', import.meta.url));
  const child = spawn(process.execPath, [program, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  const isGone = new Promise((resolve) => child.once('exit', resolve));
  let last: Tick = { tick: 0, atMs: 0 };
  for await (const line of createInterface({ input: child.stdout })) {
    const [tick = 0, atMs = 0] = line.split(' ').map(Number);
    last = { tick, atMs };
    if (tick >= ticks) child.kill('SIGKILL'); // it may get some further
  }
  await isGone;
  return last;
}

async function inspect(
  directory: string,
  last: Tick,
  lengthMsOf: (path: string) => number,
): Promise<KillReport> {
  const wanted = Array.from({ length: last.tick - TICKS_PER_SECOND }, (_, n) => n + 1);
  let mostOffMs = 0;
  let lostFrames = 0;
  let wrongHeaders = 0;
  const recordings = join(directory, 'recordings');
  const names = readdirSync(recordings);
  for (const name of names) {
    mostOffMs = Math.max(mostOffMs, Math.abs(lengthMsOf(join(recordings, name)) - last.atMs));
    const file = readFileSync(join(recordings, name));
    const sound = readWav(file);
    const right = wavHeader(sound, file.length - wavHeader(sound, 0).length);
    if (!file.subarray(0, right.length).equals(right)) wrongHeaders++;
    const heard = [new Set<number>(), new Set<number>()];
    for (const [n, code] of sound.data.entries()) heard[n % 2]?.add(code);
    for (const lane of heard) lostFrames += wanted.filter((tick) => !lane.has(tick % 250)).length;
  }

  const { store, setAside } = openSqliteStore(directory, { owner: 'after', wallMs: Date.now });
  let lostEvents = 0;
  const { calls } = await store.list({});
  for (const { callId } of calls) {
    const said = new Set((await store.events(callId)).flatMap(wordsSaid));
    lostEvents += wanted.filter((tick) => !said.has(`word${tick}`)).length;
  }
  await store.close();
  const database = new DatabaseSync(join(directory, 'calls.db'));
  const isSound = database.prepare('PRAGMA integrity_check').get()?.['integrity_check'] === 'ok';
  database.close();
  return {
    calls: calls.length,
    lostEvents,
    lostFrames,
    recordings: names.length,
    mostOffMs,
    wrongHeaders,
    isSound,
    wasSetAside: setAside !== null,
  };
}

function ourLengthMs(path: string): number {
  return readWav(readFileSync(path)).data.length / 2 / 8;
}
