import { accessSync, constants } from 'node:fs';
import { databasePath } from '../stores/sqlite/set-aside.ts';
import type { LogsSetAside } from './logs-set-aside.ts';
import type { ThreadNotice, ThreadSettings } from './messages.ts';
import { Neighbours } from './neighbours.ts';

/** Looks every now and then at what has changed around the log, in its directory, and says so once. */
export class Surroundings {
  readonly #directory: string;
  readonly #setAside: LogsSetAside;
  readonly #neighbours: Neighbours | null;
  readonly #notice: (notice: ThreadNotice) => void;
  readonly #isWritable: (path: string) => boolean;
  /** What was said last. */
  #said = { setAside: '', neighbours: '', isWritable: true };

  constructor(
    settings: ThreadSettings,
    setAside: LogsSetAside,
    notice: (notice: ThreadNotice) => void,
    isWritable: (path: string) => boolean = mayBeWrittenTo,
  ) {
    this.#isWritable = isWritable;
    const { directory, owner, store } = settings;
    this.#directory = directory;
    this.#setAside = setAside;
    this.#notice = notice;
    // Those that share a Postgres are meant to.
    this.#neighbours = store.kind === 'sqlite' ? new Neighbours(directory, owner) : null;
  }

  look(): void {
    const paths = this.#setAside.paths;
    const neighbours = this.#neighbours?.others() ?? [];
    const isWritable = [this.#directory, databasePath(this.#directory)].every((path) =>
      this.#isWritable(path),
    );
    const now = {
      setAside: paths.join(),
      neighbours: neighbours.map(({ host, pid }) => `${host} ${pid}`).join(),
      isWritable,
    };
    if (now.setAside !== this.#said.setAside) this.#notice({ type: 'logs_set_aside', paths });
    if (now.neighbours !== this.#said.neighbours) this.#notice({ type: 'neighbours', neighbours });
    if (now.isWritable !== this.#said.isWritable) this.#notice({ type: 'folder', isWritable });
    this.#said = now;
    if (isWritable) this.#neighbours?.sayHere();
  }

  close(): void {
    this.#neighbours?.close();
  }
}

/** What is not there is made, or its absence is noticed where it is. */
function mayBeWrittenTo(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT';
  }
}
