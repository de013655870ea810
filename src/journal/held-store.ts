import { statSync } from 'node:fs';
import type { SharedStore } from '../stores/shared/shared-store.ts';
import { StoreTrouble } from '../stores/shared/trouble.ts';
import { openSqliteReader, openSqliteStore } from '../stores/sqlite/open.ts';
import { databasePath } from '../stores/sqlite/set-aside.ts';
import type { ThreadNotice, ThreadSettings } from './messages.ts';
import { processIdentity } from './owner-watch.ts';

/** Keeps a store open: opens it when it is first needed, and anew when it was lost. */
export class HeldStore {
  readonly #settings: ThreadSettings;
  readonly #notice: (notice: ThreadNotice) => void;
  #store: SharedStore | null = null;
  /** Which file is open: the one of that name may be another by now. */
  #inode = 0;
  #isSuspect = false;

  constructor(settings: ThreadSettings, notice: (notice: ThreadNotice) => void) {
    this.#settings = settings;
    this.#notice = notice;
  }

  async use<T>(work: (store: SharedStore) => Promise<T>): Promise<T> {
    if (this.#store && this.#settings.store.kind === 'sqlite' && this.#inodeNow() !== this.#inode) {
      await this.close(); // somebody removed or replaced it
      if (this.#settings.role === 'writer') this.#notice({ type: 'store_removed' });
    }
    this.#store ??= await this.#open();
    try {
      return await work(this.#store);
    } catch (error) {
      if (error instanceof StoreTrouble && error.reason === 'store_corrupt') await this.suspect();
      throw error;
    }
  }

  /** It is damaged somewhere: whoever opens it next has to look through it. */
  async suspect(): Promise<void> {
    await this.close();
    this.#isSuspect = true;
    if (this.#settings.role === 'reader') this.#notice({ type: 'store_suspect' });
  }

  /** For good: nobody need wait for this process any more. */
  async release(): Promise<void> {
    await this.#store?.release().catch(() => {}); // then they will see that it is gone
    await this.close();
  }

  async close(): Promise<void> {
    const store = this.#store;
    this.#store = null;
    await store?.close();
  }

  async #open(): Promise<SharedStore> {
    const { role, directory, owner, store } = this.#settings;
    if (store.kind === 'postgres') {
      const { openPostgresStore } = await import('../stores/postgres/store.ts');
      return openPostgresStore({
        ...store,
        owner,
        process: processIdentity(),
        connections: role === 'writer' ? 2 : 4,
      });
    }
    if (role === 'reader') {
      this.#inode = this.#inodeNow();
      return openSqliteReader(directory);
    }
    const { durability = 'normal' } = store;
    const isSuspect = this.#isSuspect;
    const opened = openSqliteStore(directory, {
      owner,
      process: processIdentity(),
      wallMs: Date.now,
      durability,
      isSuspect,
    });
    this.#isSuspect = false;
    this.#inode = this.#inodeNow();
    if (opened.setAside !== null) this.#notice({ type: 'store_set_aside', path: opened.setAside });
    if (opened.wasMended) this.#notice({ type: 'index_mended' });
    return opened.store;
  }

  #inodeNow(): number {
    return statSync(databasePath(this.#settings.directory), { throwIfNoEntry: false })?.ino ?? 0;
  }
}
