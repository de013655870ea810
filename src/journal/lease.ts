import { NEWS_FOR_MS } from '../ports/facts.ts';
import { type Appended, epochOf, type Stamped } from '../ports/journal.ts';
import type { StoredEvent } from '../ports/store.ts';
import type { LoggedCall, OwnerSeen } from '../stores/shared/shared-store.ts';
import type { HeldStore } from './held-store.ts';
import type { LeaseTimes, ThreadSettings } from './messages.ts';
import { OwnerWatch } from './owner-watch.ts';

/** A database across a network is away for longer than a file next door. */
export function leaseTimesOf({ store, times }: Pick<ThreadSettings, 'store' | 'times'>): LeaseTimes {
  return times ?? (store.kind === 'sqlite' ? SQLITE_TIMES : POSTGRES_TIMES);
}

export interface LeaseClock {
  wallMs(): number;
  /** Only ever goes forward. */
  now(): number;
}

/** The journals that this process owns: lets others know that it is there, and takes over what dead ones left undone. */
export class Leases {
  readonly #store: HeldStore;
  readonly #settings: Pick<ThreadSettings, 'owner' | 'deliversWebhooks'>;
  readonly #watch: OwnerWatch;
  readonly #clock: LeaseClock;
  readonly #liveCalls: () => number;
  /** Calls that are over, of which this process is to tell. */
  #telling = new Set<string>();
  #isHeardOf = false;

  /** `liveCalls`: how many go on in this process. */
  constructor(
    store: HeldStore,
    settings: Pick<ThreadSettings, 'owner' | 'deliversWebhooks' | 'store' | 'times'>,
    liveCalls: () => number,
    clock: LeaseClock = { wallMs: Date.now, now: () => performance.now() },
  ) {
    const { lookMs, goneMs } = leaseTimesOf(settings);
    this.#store = store;
    this.#settings = settings;
    this.#watch = new OwnerWatch({ goneMs, blindMs: LOOKS_MISSED * lookMs });
    this.#liveCalls = liveCalls;
    this.#clock = clock;
  }

  /** Keeps what is this process's own to say. */
  async append(batch: readonly StoredEvent[]): Promise<Appended> {
    this.#isHeardOf = true; // the store sees to it, with the first event of each call
    const appended = await this.#store.use((store) => store.append(batch));
    for (const { callId, event } of batch) {
      if (event.type !== 'webhook_delivery') continue;
      const isFenced = appended.fenced.some(
        (lease) => lease.callId === callId && lease.epoch === epochOf(event.seq),
      );
      if (event.state === 'due' && !isFenced) this.#telling.add(callId);
      else this.#telling.delete(callId);
    }
    return appended;
  }

  /** There is nothing more to be told of this call. */
  forget(callId: string): void {
    this.#telling.delete(callId);
  }

  /** This process is there, while it has something to do. */
  async beat(): Promise<void> {
    const isIdle = this.#liveCalls() === 0 && this.#telling.size === 0;
    if (!isIdle) return this.#sayHere();
    if (!this.#isHeardOf) return;
    await this.#store.use((store) => store.release());
    this.#isHeardOf = false;
  }

  /** The last resort for calls whose owner is gone: they are given their end. Says how many there were. */
  async closeOrphans(): Promise<number> {
    const { present, gone } = await this.#others();
    const orphans = await this.#store.use((store) => store.orphans(present));
    let closed = 0;
    for (const orphan of orphans) {
      const lease = await this.#store.use((store) => store.acquire(orphan, this.#endOf(orphan)));
      if (lease) closed++; // else somebody was quicker, or its owner is not gone
    }
    if (gone.length > 0) await this.#store.use((store) => store.forget(gone));
    return closed;
  }

  /**
   * Takes up some of the calls since then of which somebody is still to be told, and nobody does: whoever was to is
   * gone, or it is this process, and it is not among those that it has in hand. Of several that find the same one, one
   * acquires it.
   */
  async takeUp(sinceWallMs: number, inHand: readonly string[]): Promise<readonly string[]> {
    this.#telling = new Set(inHand);
    const { present } = await this.#others();
    const untold = await this.#store.use((store) => store.untold(sinceWallMs, present, inHand));
    const taken: string[] = [];
    try {
      for (const call of untold) if (await this.#takeUp(call)) taken.push(call.callId);
    } catch (error) {
      if (taken.length === 0) throw error; // else those are to be told of; the others are tried the next time
    }
    return taken;
  }

  async #takeUp(call: LoggedCall): Promise<boolean> {
    const { callId, lastAtMs: atMs } = call;
    const { owner: by } = this.#settings;
    const lease = await this.#store.use((store) =>
      store.acquire(call, [{ type: 'webhook_delivery', state: 'taken_up', by, atMs }]),
    );
    this.#isHeardOf = true;
    if (lease) this.#telling.add(callId);
    return lease !== null;
  }

  /** Whoever can't write now is not the one to say who is gone: nobody else may be able to say that they are there. */
  async #others(): Promise<{ readonly present: readonly string[]; readonly gone: readonly OwnerSeen[] }> {
    const seen = await this.#store.use((store) => store.owners());
    if (this.#watch.isAnySilent(seen)) await this.#sayHere();
    const gone = this.#watch.gone(seen, this.#clock.now());
    return { gone, present: seen.filter((one) => !gone.includes(one)).map(({ owner }) => owner) };
  }

  async #sayHere(): Promise<void> {
    this.#isHeardOf = true;
    await this.#store.use((store) => store.beat());
  }

  #endOf({ startedWallMs, lastAtMs: atMs }: LoggedCall): readonly Stamped[] {
    const end: Stamped[] = [
      { type: 'problem', code: 'process_lost', atMs },
      { type: 'ended', reason: 'failed', atMs },
    ];
    const isNews = startedWallMs >= this.#clock.wallMs() - NEWS_FOR_MS;
    return this.#settings.deliversWebhooks && isNews
      ? [...end, { type: 'webhook_delivery', state: 'due', atMs }]
      : end;
  }
}

/** A look that takes long, or a machine that is busy, is no sleep yet. */
const LOOKS_MISSED = 3;

const SQLITE_TIMES: LeaseTimes = { beatMs: 1_000, lookMs: 2_000, goneMs: 30_000 };
const POSTGRES_TIMES: LeaseTimes = { beatMs: 5_000, lookMs: 15_000, goneMs: 120_000 };
