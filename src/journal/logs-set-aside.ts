import type { Whose } from '../stores/shared/shared-store.ts';
import { mayBeIn, openSetAside } from '../stores/sqlite/open.ts';
import { eraseSetAside, filesSetAside, setAsideAt } from '../stores/sqlite/set-aside.ts';
import { type Soundness, soundnessOf } from '../stores/sqlite/soundness.ts';
import type { SqliteStore } from '../stores/sqlite/store.ts';

/** How long what is kept, as moments before which it is not; null is for ever. */
export interface SweepRule {
  readonly whose: Whose;
  readonly wordsBeforeMs: number | null;
  readonly callsBeforeMs: number | null;
}

/**
 * The logs that lie set aside in a data directory. What is deleted, and what has been kept long enough, goes from
 * them as it goes from the log itself. One that cannot be opened any more is erased in time: nobody can take one call
 * out of it.
 */
export class LogsSetAside {
  readonly #directory: string;
  readonly #wallMs: () => number;
  /** Those that are another program's databases are none of ours. */
  readonly #isForeign = new Map<string, boolean>();

  constructor(directory: string, wallMs: () => number = Date.now) {
    this.#directory = directory;
    this.#wallMs = wallMs;
  }

  get paths(): readonly string[] {
    return filesSetAside(this.#directory).filter((path) => !this.#belongsToOthers(path));
  }

  /** True if it was in one of them. */
  async delete(callId: string): Promise<boolean> {
    let wasThere = false;
    for (const path of this.paths) {
      if (!mayBeIn(path, callId)) continue;
      await this.#change(path, async (store) => {
        wasThere = (await store.delete(callId)) || wasThere;
      });
    }
    return wasThere;
  }

  /** Says what was deleted. `erasesBeforeMs`: those that are damaged, if they were set aside before this moment. */
  async sweep(rules: readonly SweepRule[], erasesBeforeMs: number | null): Promise<SweptAside> {
    const swept = { words: 0, calls: 0 };
    for (const path of this.paths) {
      await this.#change(path, async (store) => {
        for (const { whose, wordsBeforeMs, callsBeforeMs } of rules) {
          for (let some = 1; wordsBeforeMs !== null && some > 0; swept.words += some)
            some = await store.forgetWords(wordsBeforeMs, whose);
          for (const callId of callsBeforeMs === null ? [] : await store.expired(callsBeforeMs, whose))
            if (await store.delete(callId)) swept.calls++;
        }
      });
      const isDue = erasesBeforeMs !== null && setAsideAt(path) < erasesBeforeMs;
      if (isDue && this.#lookAt(path) === 'damaged') eraseSetAside(path);
    }
    return swept;
  }

  /** One that has nothing more in it is erased; one that cannot be opened is left as it is. */
  async #change(path: string, work: (store: SqliteStore) => Promise<void>): Promise<void> {
    let store: SqliteStore | null = null;
    try {
      store = openSetAside(path, this.#wallMs);
      if (!store) return;
      await work(store);
      const isEmpty = (await store.list({ limit: 1 })).calls.length === 0;
      await store.close();
      if (isEmpty) eraseSetAside(path);
    } catch {
      await store?.close().catch(() => {}); // the next sweep tries again
    }
  }

  /** Null: it cannot be said now, or a newer program has to say it. */
  #lookAt(path: string): Soundness | null {
    try {
      return soundnessOf(path);
    } catch {
      return null;
    }
  }

  #belongsToOthers(path: string): boolean {
    const known = this.#isForeign.get(path);
    if (known !== undefined) return known;
    const isForeign = this.#lookAt(path) === 'foreign';
    this.#isForeign.set(path, isForeign);
    return isForeign;
  }
}

export interface SweptAside {
  /** Calls whose words were forgotten. */
  readonly words: number;
  readonly calls: number;
}
