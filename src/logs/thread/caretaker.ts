import type { CallEvent } from '../../ports/call-log.ts';
import type { StoredEvent } from '../../ports/call-store.ts';
import type { Orphan } from '../keeping/kept-store.ts';
import type { HeldStore } from './held-store.ts';

/** Says that this process lives while it has calls, and gives those of dead ones their end. */
export class Caretaker {
  readonly #store: HeldStore;
  readonly #live = new Set<string>();

  constructor(store: HeldStore) {
    this.#store = store;
  }

  /** Before the first event of a call is kept, others have to know that its process is there. */
  async note(batch: readonly StoredEvent[]): Promise<void> {
    const wasIdle = this.#live.size === 0;
    for (const { callId, event } of batch) {
      if (event.type === 'ended') this.#live.delete(callId);
      else if (event.type === 'rang') this.#live.add(callId);
    }
    if (wasIdle && this.#live.size > 0) await this.beat();
  }

  async beat(): Promise<void> {
    if (this.#live.size > 0) await this.#store.use((store) => store.beat());
  }

  tidy(): Promise<void> {
    return this.#store.use((store) => store.tidy());
  }

  /** Says how many there were. */
  async closeOrphans(): Promise<number> {
    const orphans = await this.#store.use((store) => store.orphans());
    if (orphans.length > 0) await this.#store.use((store) => store.append(orphans.flatMap(endOf)));
    return orphans.length;
  }
}

function endOf({ callId, lastSeq, lastAtMs }: Orphan): readonly StoredEvent[] {
  const problem: CallEvent = { type: 'problem', code: 'process_lost', seq: lastSeq + 1, atMs: lastAtMs };
  const ended: CallEvent = { type: 'ended', reason: 'failed', seq: lastSeq + 2, atMs: lastAtMs };
  return [problem, ended].map((event) => ({ callId, event }));
}
