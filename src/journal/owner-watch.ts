import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { OwnerSeen } from '../stores/shared/shared-store.ts';

export interface WatchLimits {
  /** Whoever has not been heard of for so long is gone. */
  readonly goneMs: number;
  /** Whoever has not looked for so long does not know who was heard of meanwhile. */
  readonly blindMs: number;
}

/**
 * Knows which of the others that own calls are there. One that says nothing more is gone only when it has been watched
 * saying nothing, without a gap, for all that time: after one's own store was away, or one has slept, everybody's last
 * word is old, and nobody is gone. What others say of the time of day is not believed.
 */
export class OwnerWatch {
  readonly #limits: WatchLimits;
  readonly #hasEnded: (process: string) => boolean;
  #heardOf = new Map<string, { readonly beat: string; readonly at: number }>();
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(limits: WatchLimits, ended: (process: string) => boolean = hasEnded) {
    this.#limits = limits;
    this.#hasEnded = ended;
  }

  /** Somebody has said nothing since the last look. */
  isAnySilent(seen: readonly OwnerSeen[]): boolean {
    return seen.some(({ owner, beat }) => this.#heardOf.get(owner)?.beat === beat);
  }

  /** Those that are gone, of all that have let others know of themselves. `now`: on a clock that only goes forward. */
  gone(seen: readonly OwnerSeen[], now: number): readonly OwnerSeen[] {
    const wasBlind = now - this.#lookedAt > this.#limits.blindMs;
    this.#lookedAt = now;
    const before = wasBlind ? new Map() : this.#heardOf;
    this.#heardOf = new Map(
      seen.map(({ owner, beat }) => {
        const known = before.get(owner);
        return [owner, known?.beat === beat ? known : { beat, at: now }];
      }),
    );
    return seen.filter(({ owner, process }) => {
      const silentMs = now - (this.#heardOf.get(owner)?.at ?? now);
      return silentMs >= this.#limits.goneMs || this.#hasEnded(process);
    });
  }
}

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
