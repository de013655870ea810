import { statSync } from 'node:fs';
import type { KeptStore } from '../keeping/kept-store.ts';
import { StoreTrouble } from '../keeping/trouble.ts';
import { openSqliteReader, openSqliteStore, setDamagedAside } from '../sqlite/index.ts';
import { databasePath } from '../sqlite/open.ts';
import type { ThreadSettings } from './messages.ts';

/** Keeps a store open: opens it when it is first needed, and anew when it was lost. */
export class HeldStore {
  readonly #settings: ThreadSettings;
  readonly #wasSetAside: (path: string) => void;
  #store: KeptStore | null = null;
  /** Which file is open: the one of that name may be another by now. */
  #inode = 0;

  constructor(settings: ThreadSettings, wasSetAside: (path: string) => void) {
    this.#settings = settings;
    this.#wasSetAside = wasSetAside;
  }

  async use<T>(work: (store: KeptStore) => Promise<T>): Promise<T> {
    if (this.#store && this.#settings.store.kind === 'sqlite' && this.#inodeNow() !== this.#inode) {
      await this.close(); // somebody removed or replaced it
    }
    this.#store ??= await this.#open();
    try {
      return await work(this.#store);
    } catch (error) {
      if (error instanceof StoreTrouble && error.reason === 'store_corrupt') await this.#giveUp();
      throw error;
    }
  }

  async close(): Promise<void> {
    const store = this.#store;
    this.#store = null;
    await store?.close();
  }

  async #open(): Promise<KeptStore> {
    const { role, directory, keeper, store } = this.#settings;
    if (store.kind === 'postgres') {
      const { openPostgresStore } = await import('../postgres/index.ts');
      return openPostgresStore({ ...store, keeper, connections: role === 'writer' ? 2 : 4 });
    }
    const opened =
      role === 'reader'
        ? { store: openSqliteReader(directory), setAside: null }
        : openSqliteStore(directory, { keeper, wallMs: Date.now, durability: store.durability ?? 'normal' });
    if (opened.setAside !== null) this.#wasSetAside(opened.setAside);
    this.#inode = this.#inodeNow();
    return opened.store;
  }

  /** It is damaged: the next one to ask begins a fresh one. */
  async #giveUp(): Promise<void> {
    await this.close();
    if (this.#settings.role === 'writer' && this.#settings.store.kind === 'sqlite') {
      this.#wasSetAside(setDamagedAside(this.#settings.directory, Date.now()));
    }
  }

  #inodeNow(): number {
    return statSync(databasePath(this.#settings.directory), { throwIfNoEntry: false })?.ino ?? 0;
  }
}
