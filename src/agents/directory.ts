import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RingdownError } from '../errors.ts';
import type { Cancel } from '../ports/clock.ts';
import { type LoadedAgent, type ReadingOptions, readAgent } from './read-agent.ts';

export interface DirectoryOptions extends ReadingOptions {
  /** One folder per agent in it, each with an `agent.ts`. */
  readonly folder: string;
  /** Looks for changed files, so that the next call has them. For development. */
  readonly watch?: boolean;
}

/** How often files are looked at while somebody works on them. */
const LOOK_EVERY_MS = 500;

/** Every agent of the house, and which of them answers which number. */
export class AgentDirectory {
  readonly #options: DirectoryOptions;
  #entries: ReadonlyMap<string, Entry>;
  #version = 1;
  /** What all files looked like when they were last looked at. */
  #lastSeen = '';
  #refreshing: Promise<void> | null = null;
  #stopWatching: Cancel = () => {};

  /** Reads all agents; rejects with everything that is wrong in any of them. */
  static async open(options: DirectoryOptions): Promise<AgentDirectory> {
    const names = await agentFolders(options.folder);
    if (names.length === 0) {
      throw new RingdownError(
        'BAD_AGENT',
        `There is no agent in ${options.folder}. Make a folder in it with a file agent.ts: export default defineAgent({ … }).`,
      );
    }
    const shared = await fingerprintOf(options.folder, names);
    const results = await Promise.allSettled(names.map((name) => readEntry(options, name, shared, 1)));
    const entries = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const problems = results.flatMap((result) =>
      result.status === 'rejected' ? [messageOf(result.reason)] : [],
    );
    problems.push(...sharedBy(entries.map(({ loaded }) => loaded)));
    if (problems.length > 0) {
      for (const { loaded } of entries) loaded.close();
      throw new RingdownError('BAD_AGENT', problems.join('\n'));
    }
    return new AgentDirectory(options, new Map(entries.map((entry) => [entry.name, entry])));
  }

  private constructor(options: DirectoryOptions, entries: ReadonlyMap<string, Entry>) {
    this.#options = options;
    this.#entries = entries;
    if (options.watch) this.#stopWatching = options.clock.every(LOOK_EVERY_MS, () => void this.refresh());
  }

  get agents(): readonly LoadedAgent[] {
    return [...this.#entries.values()].map(({ loaded }) => loaded);
  }

  /** Who answers this number; null if nobody does. */
  answering(dialled: string): LoadedAgent | null {
    const { agents } = this;
    const answering = (number: string) => agents.find(({ agent }) => agent.numbers.includes(number));
    return answering(dialled) ?? answering('*') ?? null;
  }

  /** By its name: for calls that start from here. */
  named(name: string): LoadedAgent | null {
    return this.agents.find(({ agent }) => agent.name === name) ?? null;
  }

  /** Reads what has changed. A broken change is said, and the last good version stays. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  close(): void {
    this.#stopWatching();
    for (const { loaded } of this.#entries.values()) loaded.close();
  }

  async #refresh(): Promise<void> {
    const { folder, log } = this.#options;
    const seen = await fingerprintOf(folder);
    if (seen === this.#lastSeen) return; // also of what was refused: it is said once
    this.#lastSeen = seen;

    const next: Entry[] = [];
    const names = await agentFolders(folder);
    const shared = await fingerprintOf(folder, names);
    for (const name of names) next.push(...(await this.#lookAt(name, shared)));
    const known = new Set(this.agents);
    const anew = next.filter((entry) => !known.has(entry.loaded));
    const problems = next.length === 0 ? ['No agent is left.'] : sharedBy(next.map(({ loaded }) => loaded));
    if (problems.length > 0) {
      for (const { loaded } of anew) loaded.close();
      return log.error({}, `A change of the agents was not taken over: ${problems.join(' ')}`);
    }
    this.#entries = new Map(next.map((entry) => [entry.name, entry]));
    const current = new Set(this.agents);
    for (const loaded of known) if (!current.has(loaded)) loaded.retire();
    for (const { loaded } of anew) log.info({ agent: loaded.agent.name }, 'read anew: the next call has it');
  }

  /** The agent in a folder as it is now, or as it was when it was last good; nothing if it never was. */
  async #lookAt(name: string, shared: string): Promise<readonly Entry[]> {
    const known = this.#entries.get(name);
    const seen = shared + (await fingerprintOf(join(this.#options.folder, name)));
    if (known?.seen === seen) return [known];
    try {
      this.#version += 1;
      return [await readEntry(this.#options, name, shared, this.#version)];
    } catch (error) {
      const stays = known ? 'The version before stays in use.' : 'It takes no calls.';
      this.#options.log.error({}, `${messageOf(error)}\n${stays}`);
      return known ? [known] : [];
    }
  }
}

interface Entry {
  readonly name: string;
  /** What its files looked like when they were read. */
  readonly seen: string;
  readonly loaded: LoadedAgent;
}

/** `shared`: what the files look like that belong to no agent, for all of them to use. */
async function readEntry(
  options: DirectoryOptions,
  name: string,
  shared: string,
  version: number,
): Promise<Entry> {
  const folder = join(options.folder, name);
  const seen = shared + (await fingerprintOf(folder)); // before reading: what changes meanwhile is seen next time
  return { name, seen, loaded: await readAgent(folder, version, options) };
}

/** The folders with an `agent.ts`. */
async function agentFolders(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new RingdownError('BAD_AGENT', `AGENTS_DIR ${folder} cannot be read. Does it exist?`, { cause });
  });
  const hasAgent = await Promise.all(
    entries.map(({ name }) =>
      stat(join(folder, name, 'agent.ts')).then(
        (file) => file.isFile(),
        () => false,
      ),
    ),
  );
  return entries.flatMap(({ name }, index) => (hasAgent[index] ? name : [])).sort();
}

/** What two agents have in common and only one can have: a number, or the name by which calls are kept. */
function sharedBy(loaded: readonly LoadedAgent[]): readonly string[] {
  const byName = Map.groupBy(loaded, ({ agent }) => agent.name);
  const names = [...byName].flatMap(([name, agents]) =>
    agents.length < 2 ? [] : `Two agents have the name ${name}. Give each its own.`,
  );
  return [...names, ...sharedNumbers(loaded)];
}

function sharedNumbers(loaded: readonly LoadedAgent[]): readonly string[] {
  const byNumber = Map.groupBy(
    loaded.flatMap(({ agent }) => agent.numbers.map((number) => ({ number, name: agent.name }))),
    ({ number }) => number,
  );
  return [...byNumber].flatMap(([number, agents]) =>
    agents.length < 2
      ? []
      : `Two agents answer ${number}: ${agents.map(({ name }) => name).join(' and ')}. Give each its own numbers.`,
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What the files of a folder look like at the moment: changes whenever one of them does. */
async function fingerprintOf(folder: string, except: readonly string[] = []): Promise<string> {
  const lines = await linesOf(folder, except);
  return lines.join('\n');
}

async function linesOf(folder: string, except: readonly string[]): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const lines = await Promise.all(
    entries.map(async (entry) => {
      if (except.includes(entry.name)) return [];
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return isSource(entry.name) ? linesOf(path, []) : [];
      if (!/\.(ts|mts|js|mjs|json|md|txt)$/.test(entry.name)) return [];
      const { mtimeMs, size } = await stat(path).catch(() => ({ mtimeMs: 0, size: 0 }));
      return [`${path} ${mtimeMs} ${size}`];
    }),
  );
  return lines.flat().sort();
}

/** Packages are not edited, and what a tool writes to disk is no change of it. */
function isSource(folder: string): boolean {
  return folder !== 'node_modules' && folder !== 'data' && !folder.startsWith('.');
}
