import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Which process of which machine this is, as others may check it: the machine by its boot and its space of process
 * numbers, for containers have the same numbers for different processes; the process by when it was started as well,
 * for numbers are given again.
 */
export function processIdentity(pid = process.pid): string {
  return JSON.stringify([machine(), pid, startedAt(pid)]);
}

/** Whether it can be seen from here that this process has ended. Of another machine's nothing can be seen. */
export function hasEnded(identity: string): boolean {
  const [where, pid, started] = read(identity);
  if (where !== machine() || typeof pid !== 'number') return false;
  return !isRunning(pid) || startedAt(pid) !== started;
}

function read(identity: string): readonly unknown[] {
  try {
    const found: unknown = JSON.parse(identity);
    return Array.isArray(found) ? found : [];
  } catch {
    return []; // of an earlier version, which did not say
  }
}

function machine(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname(); // no Linux
  }
}

/** In the kernel's own ticks; empty where nobody says, or for one that has ended and waits to be noticed. */
function startedAt(pid: number): string {
  try {
    const [state = '', ...fields] =
      readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
    return state === 'Z' || state === 'X' ? '' : (fields[STARTED_FIELD] ?? '');
  } catch {
    return '';
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

/** The 22nd of all, counted from behind the state, which is the third. */
const STARTED_FIELD = 18;
