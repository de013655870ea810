import { Remembered, RememberedNames } from '../limits/remembered.ts';
import { type Appended, epochOf, inEpoch, isSameLease, type Lease } from '../ports/journal.ts';
import type { StoredEvent } from '../ports/store.ts';

/**
 * What this process knows of the journals that it writes. A call numbers what happens without asking anybody, in the
 * epoch that it believes to have; where the store has another one for it, that is translated here.
 */
export class OwnLeases {
  readonly #epochs = new Remembered<number>(MOST_REMEMBERED);
  readonly #fenced = new RememberedNames(MOST_REMEMBERED);

  /** The journal was acquired by somebody else: what the call still says is not kept. */
  isFenced(stored: StoredEvent): boolean {
    return this.#fenced.has(keyOf(leaseOf(stored)));
  }

  /** With the numbers that the events have in their journals. */
  numbered(batch: readonly StoredEvent[]): readonly StoredEvent[] {
    return batch.map((stored) => {
      const { epoch } = this.#inStore(leaseOf(stored));
      return { ...stored, event: inEpoch(stored.event, epoch) };
    });
  }

  /** Takes in what became of a batch, and gives those that this process has lost. */
  settle(batch: readonly StoredEvent[], { fenced, moved }: Appended): readonly Lease[] {
    if (fenced.length === 0 && moved.length === 0) return [];
    const lost: Lease[] = [];
    for (const own of new Map(batch.map(leaseOf).map((lease) => [keyOf(lease), lease])).values()) {
      const sent = this.#inStore(own);
      if (fenced.some((lease) => isSameLease(lease, sent)) && this.#fenced.add(keyOf(own))) lost.push(own);
      const move = moved.find(({ from }) => isSameLease(from, sent));
      if (move) this.#epochs.set(keyOf(own), move.epoch);
    }
    return lost;
  }

  /** Those of these, which are this process's own, that the store says are not: each once. */
  async lostOf(
    own: readonly Lease[],
    ask: (leases: readonly Lease[]) => Promise<readonly Lease[]>,
  ): Promise<readonly Lease[]> {
    const lost = await ask(own.map((lease) => this.#inStore(lease)));
    return own.filter((lease) => {
      const isLost = lost.some((other) => isSameLease(other, this.#inStore(lease)));
      return isLost && this.#fenced.add(keyOf(lease));
    });
  }

  #inStore(own: Lease): Lease {
    return { ...own, epoch: this.#epochs.get(keyOf(own)) ?? own.epoch };
  }
}

function leaseOf({ callId, event }: StoredEvent): Lease {
  return { callId, epoch: epochOf(event.seq) };
}

function keyOf({ callId, epoch }: Lease): string {
  return `${epoch} ${callId}`;
}

/** Each is a call that another process has acquired, or that has rung again: there are few. */
const MOST_REMEMBERED = 1_000;
