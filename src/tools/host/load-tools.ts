import { readdir } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isRecord } from '../../ports/is-record.ts';
import type { Tool } from '../define-tool.ts';
import { type HttpTool, httpTool } from '../http-tool.ts';
import { type Ready, ready } from '../invoke.ts';
import type { McpServer } from '../mcp-servers.ts';
import { inItsOwnWords } from '../thrown.ts';
import { asTool, namesTwice, problemsOf } from '../tool-spec.ts';
import type { WorkerBirth } from './messages.ts';

export type LoadedTools =
  | {
      readonly ok: true;
      readonly tools: ReadonlyMap<string, Ready>;
      readonly settings: Readonly<Record<string, unknown>>;
      close(): Promise<void>;
    }
  /** Each with its file. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads an agent's folder for its tools. Everything that is wrong with it is said at once. */
export async function loadTools(birth: WorkerBirth): Promise<LoadedTools> {
  resolveOurselves(birth.folder);
  const problems: string[] = [];
  const agent = await importDefault(birth.folder, 'agent.ts', problems);
  const described = isRecord(agent) ? agent : {};
  const opened = await (birth.role === 'files'
    ? fromFiles(birth, described, problems)
    : fromServers(birth, described, problems));
  for (const name of namesTwice(opened.tools.map(({ card }) => card))) {
    problems.push(`tools/: two tools are called ${name}. Rename one: the model could not tell them apart.`);
  }
  if (problems.length > 0) {
    await opened.close();
    return { ok: false, problems };
  }
  const own = isRecord(described['settings']) ? described['settings'] : {};
  const settings = { ...birth.houseSettings, ...own };
  return {
    ok: true,
    tools: new Map(opened.tools.map((tool) => [tool.card.name, tool])),
    settings,
    close: opened.close,
  };
}

interface Opened {
  readonly tools: readonly Ready[];
  readonly close: () => Promise<void>;
}

async function fromFiles(
  { folder, environment }: WorkerBirth,
  agent: Readonly<Record<string, unknown>>,
  problems: string[],
): Promise<Opened> {
  const files = await readFiles(folder, problems);
  const addresses = itemsOf(agent['httpTools'], isHttpTool).map((tool) => httpTool(tool, environment));
  return { tools: [...files, ...addresses].map(ready), close: async () => {} };
}

async function fromServers(
  { environment }: WorkerBirth,
  agent: Readonly<Record<string, unknown>>,
  problems: string[],
): Promise<Opened> {
  const { reachServers } = await import('../mcp-servers.ts'); // much to read, for those who need it
  const reached = await reachServers(itemsOf(agent['mcpServers'], isMcpServer), environment);
  problems.push(...reached.problems);
  return reached;
}

/** The agent's file was checked, field by field, before this thread was started; here it is only told apart. */
function itemsOf<Item>(list: unknown, isItem: (value: unknown) => value is Item): readonly Item[] {
  return Array.isArray(list) ? list.filter(isItem) : [];
}

function isHttpTool(value: unknown): value is HttpTool {
  return isRecord(value) && typeof value['address'] === 'string' && Array.isArray(value['hosts']);
}

function isMcpServer(value: unknown): value is McpServer {
  return isRecord(value) && typeof value['name'] === 'string' && ('command' in value || 'url' in value);
}

async function readFiles(folder: string, problems: string[]): Promise<readonly Tool[]> {
  const tools: Tool[] = [];
  for (const file of await toolFiles(folder)) {
    const before = problems.length;
    const value = await importDefault(folder, file, problems);
    if (problems.length > before) continue;
    const tool = asTool(value);
    if (tool) tools.push(tool);
    else problems.push(...problemsOf(value).map((problem) => `${file}: ${problem}`));
  }
  return tools;
}

/** One tool per file; files that begin with `_`, and tests, are their helpers. */
export async function toolFiles(folder: string): Promise<readonly string[]> {
  const names = await readdir(join(folder, 'tools')).catch(() => []);
  return names
    .filter(
      (name) => /\.(ts|mts|js|mjs)$/.test(name) && !name.startsWith('_') && !/\.(test|d)\.\w+$/.test(name),
    )
    .sort()
    .map((name) => join('tools', name));
}

async function importDefault(folder: string, file: string, problems: string[]): Promise<unknown> {
  try {
    const module: unknown = await import(pathToFileURL(join(folder, file)).href);
    return isRecord(module) || typeof module === 'object' ? Reflect.get(module ?? {}, 'default') : undefined;
  } catch (error) {
    problems.push(`${file}: cannot be read: ${firstLine(inItsOwnWords(error), basename(folder))}`);
    return undefined;
  }
}

/** The stack of a file that does not load is ours, not the owner's: its first words say it all. */
function firstLine(text: string, agent: string): string {
  return `${text.split('\n').slice(0, 4).join(' ').slice(0, 600)} (agent ${agent})`;
}

/**
 * Lets files outside this repository say `import { defineTool } from 'ringdown'`.
 *
 * Node resolves a package from the importing file's folder upwards, and an agent's folder may lie anywhere. So its
 * `ringdown` is always the one that runs, and its `zod` and its `Temporal` are ours where it has none of its own. A
 * version in the query of an agent's address is handed on to the files beside and below it, so that all of them are
 * read anew.
 */
export function resolveOurselves(agentFolder: string): void {
  const inside = `${pathToFileURL(dirname(agentFolder)).href}/`; // agents share files
  if (folders.has(inside)) return;
  folders.add(inside);
  if (folders.size > 1) return; // one hook for all
  registerHooks({
    resolve(specifier, context, next) {
      const ours = OURS[specifier];
      if (ours !== undefined) return { url: new URL(ours, import.meta.url).href, shortCircuit: true };
      const found = LENT.has(specifier) ? lend(specifier, context, next) : next(specifier, context);
      if (!isOfAgents(found.url)) return found;
      const version = /\?v=\d+$/.exec(context.parentURL ?? '')?.[0] ?? '';
      const url = found.url.includes('?') ? found.url : found.url + version;
      return { ...found, url, ...(isTypeScript(url) ? { format: 'module-typescript' } : {}) };
    },
  });
}

type Resolve = Parameters<typeof registerHooks>[0]['resolve'] & {};
type Context = Parameters<Resolve>[1];
type Next = Parameters<Resolve>[2];

const folders = new Set<string>();

/** Names that a user's files may import from anywhere, and what they get. */
const OURS: Readonly<Record<string, string>> = {
  ringdown: '../../index.ts',
  'ringdown/testing': '../../testing/index.ts',
};

/** Packages of ours that a user's files have where they bring none of their own. */
const LENT: ReadonlySet<string> = new Set(['zod', 'temporal-polyfill/global']);

function lend(specifier: string, context: Context, next: Next): ReturnType<Next> {
  try {
    return next(specifier, context);
  } catch {
    return next(specifier, { ...context, parentURL: import.meta.url });
  }
}

/** Also in a folder whose package.json does not say that its files are modules. */
function isTypeScript(url: string): boolean {
  return /\.ts(\?v=\d+)?$/.test(url);
}

function isOfAgents(url: string): boolean {
  return !url.includes('/node_modules/') && [...folders].some((folder) => url.startsWith(folder));
}
