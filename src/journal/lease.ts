import { AFTER_THE_END, type CallEvent, NEWS_FOR_MS } from '../ports/facts.ts';
import type { StoredEvent } from '../ports/store.ts';
import type { Orphan } from '../stores/shared/shared-store.ts';
import type { HeldStore } from './held-store.ts';
import type { ThreadSettings } from './messages.ts';

/** Says that this process lives while it has something to do for calls, and does what dead ones left undone. */
export class Leases {
  readonly #store: HeldStore;
  readonly #owner: string;
  readonly #deliversWebhooks: boolean;
  readonly #wallMs: () => number;
  /** And when something was last noted on them: the end of a call may have been lost. */
  readonly #goingOn = new Map<string, number>();
  /** Calls that are over, of which this process is to tell. */
  #telling = new Set<string>();

  constructor(
    store: HeldStore,
    { owner, deliversWebhooks }: Pick<ThreadSettings, 'owner' | 'deliversWebhooks'>,
    wallMs: () => number = Date.now,
  ) {
    this.#store = store;
    this.#owner = owner;
    this.#deliversWebhooks = deliversWebhooks;
    this.#wallMs = wallMs;
  }

  /** Before the first event of a call is kept, others have to know that its process is there. */
  async note(batch: readonly StoredEvent[]): Promise<void> {
    const wasIdle = this.#isIdle;
    for (const { callId, event } of batch) {
      if (event.type === 'ended') this.#goingOn.delete(callId);
      else if (event.type === 'webhook_delivery') {
        if (event.state === 'due') this.#telling.add(callId);
        else this.#telling.delete(callId);
      } else if (!AFTER_THE_END.has(event.type)) this.#goingOn.set(callId, this.#wallMs()); // also in a thread begun again
    }
    if (wasIdle) await this.beat();
  }

  /** The call is deleted. */
  forget(callId: string): void {
    this.#goingOn.delete(callId);
    this.#telling.delete(callId);
  }

  async beat(): Promise<void> {
    for (const [callId, notedMs] of this.#goingOn)
      if (notedMs < this.#wallMs() - LONGEST_CALL_MS) this.#goingOn.delete(callId);
    if (!this.#isIdle) await this.#store.use((store) => store.beat());
  }

  tidy(): Promise<void> {
    return this.#store.use((store) => store.tidy());
  }

  /** Says how many there were. */
  async closeOrphans(): Promise<number> {
    const orphans = await this.#store.use((store) => store.orphans());
    const ends = orphans.flatMap((orphan) => this.#endOf(orphan));
    if (ends.length > 0) await this.#store.use((store) => store.append(ends));
    return orphans.length;
  }

  /**
   * Takes up some of the calls since then of which somebody is still to be told, and nobody does: whoever was to is
   * gone, or it is this process, and it is not among those that it has in hand. Several may find the same one, and want
   * the number after its last: the journal takes each number once, and whose event it took has the call.
   */
  async takeUp(sinceWallMs: number, inHand: readonly string[]): Promise<readonly string[]> {
    this.#telling = new Set(inHand);
    const untold = await this.#store.use((store) => store.untold(sinceWallMs, inHand));
    const taken: string[] = [];
    try {
      for (const call of untold) if (await this.#takeUp(call)) taken.push(call.callId);
    } catch (error) {
      if (taken.length === 0) throw error; // else those are to be told of; the others are tried the next time
    }
    return taken;
  }

  async #takeUp({ callId, lastSeq, lastAtMs }: Orphan): Promise<boolean> {
    const claim: CallEvent = {
      type: 'webhook_delivery',
      state: 'taken_up',
      by: this.#owner,
      seq: lastSeq + 1,
      atMs: lastAtMs,
    };
    this.#telling.add(callId);
    await this.beat(); // before it is ours, others have to know that we are there
    await this.#store.use((store) => store.append([{ callId, event: claim }]));
    const events = await this.#store.use((store) => store.events(callId));
    const taken = events.find(({ seq }) => seq === claim.seq);
    const isOurs =
      taken?.type === 'webhook_delivery' && taken.state === 'taken_up' && taken.by === this.#owner;
    if (!isOurs) this.#telling.delete(callId);
    return isOurs;
  }

  get #isIdle(): boolean {
    return this.#goingOn.size === 0 && this.#telling.size === 0;
  }

  #endOf({ callId, startedWallMs, lastSeq, lastAtMs: atMs }: Orphan): readonly StoredEvent[] {
    const events: CallEvent[] = [
      { type: 'problem', code: 'process_lost', seq: lastSeq + 1, atMs },
      { type: 'ended', reason: 'failed', seq: lastSeq + 2, atMs },
    ];
    const isNews = startedWallMs >= this.#wallMs() - NEWS_FOR_MS;
    if (this.#deliversWebhooks && isNews)
      events.push({ type: 'webhook_delivery', state: 'due', seq: lastSeq + 3, atMs });
    return events.map((event) => ({ callId, event }));
  }
}

const LONGEST_CALL_MS = 24 * 60 * 60_000;
