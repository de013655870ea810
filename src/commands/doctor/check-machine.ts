import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../app/config.ts';
import { callsWithin, OF_THIS_PROCESS } from '../../app/room-for-calls.ts';
import { makeFolder } from '../../disk/make-folder.ts';
import type { Clock } from '../../ports/clock.ts';
import { bad, type Finding, good, note } from './finding.ts';

/** What the machine itself has to offer: a runtime, room for data, the right time. */
export async function checkMachine(config: Config, clock: Clock): Promise<readonly Finding[]> {
  return [
    checkRuntime(),
    await checkRoom(config.dataDir),
    checkDescriptors(config.maxCalls, OF_THIS_PROCESS.limit()),
    await checkTime(config, clock),
  ];
}

function checkRuntime(): Finding {
  const major = Number(process.versions.node.split('.')[0]);
  return major >= LEAST_NODE
    ? good('runtime', `Node.js ${process.versions.node}.`)
    : bad(
        'runtime',
        `Node.js ${process.versions.node} is too old: run this through npm, which brings its own, or install ${LEAST_NODE}.`,
      );
}

async function checkRoom(dataDir: string): Promise<Finding> {
  const probe = join(dataDir, '.doctor');
  try {
    makeFolder(dataDir);
    await writeFile(probe, 'x');
    await rm(probe);
    return good('data', `${dataDir} can be written to.`);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return bad('data', `${dataDir} cannot be written to (${code}). Set DATA_DIR to a folder that can.`);
  }
}

/** Callers beyond what a process may open hear that all lines are busy. */
export function checkDescriptors(maxCalls: number, limit: number | null): Finding {
  if (limit === null)
    return note('limits', 'How many files and sockets may be open is not told here: not checked.');
  const calls = callsWithin(limit);
  const may = `${limit} files and sockets may be open at once`;
  if (calls >= maxCalls) return good('limits', `${may}: enough for MAX_CALLS=${maxCalls}.`);
  const problem = `${may}, which is enough for about ${calls} calls. Raise that (ulimit -n, LimitNOFILE), or set MAX_CALLS to it.`;
  return calls === 0 ? bad('limits', problem) : note('limits', problem);
}

/** Signatures do not care for the time of day, but certificates and whoever reads the calls do. */
async function checkTime(config: Config, clock: Clock): Promise<Finding> {
  const url = config.openai?.baseUrl ?? 'https://api.openai.com/v1';
  try {
    const response = await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(REQUEST_MS) });
    const theirs = Date.parse(response.headers.get('date') ?? '');
    if (Number.isNaN(theirs))
      return note('clock', `${new URL(url).host} does not say what time it is: not compared.`);
    const offSeconds = Math.round((clock.wallMs() - theirs) / 1000);
    if (Math.abs(offSeconds) <= MOST_OFF_SECONDS) return good('clock', 'The clock is right.');
    return bad('clock', `The clock is off by ${offSeconds} s. Turn time synchronisation on.`);
  } catch {
    return note('clock', `${new URL(url).host} cannot be reached, so the clock was not compared.`);
  }
}

const LEAST_NODE = 24;
const MOST_OFF_SECONDS = 60;
const REQUEST_MS = 10_000;
