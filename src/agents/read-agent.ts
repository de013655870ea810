import { realpath } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { RingdownError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { RemoteTools } from '../ports/session.ts';
import type { Toolbox } from '../ports/tools.ts';
import { builtInTools } from '../tools/built-in/index.ts';
import { resolveOurselves, toolFiles } from '../tools/host/load-tools.ts';
import type { HouseSettings, WorkerRole } from '../tools/host/messages.ts';
import { inProcess } from '../tools/host/tool-host.ts';
import { WorkerPool } from '../tools/host/worker-pool.ts';
import type { HouseLog } from '../tools/house-log.ts';
import { namesIn, variablesOf } from '../tools/http-tool.ts';
import { maskText } from '../tools/mask.ts';
import { inItsOwnWords } from '../tools/thrown.ts';
import type { ToolSpec } from '../tools/tool-spec.ts';
import { createToolbox } from '../tools/toolbox.ts';
import { checkAgent } from './check-agent.ts';
import type { Agent } from './define-agent.ts';

/** An agent, ready to take calls. */
export interface LoadedAgent {
  readonly agent: Agent;
  readonly folder: string;
  readonly toolbox: Toolbox;
  readonly cards: readonly ToolSpec[];
  /** Tools that the model's own side calls. */
  readonly remoteTools: readonly RemoteTools[];
  /** No new calls will have it: lets go of its threads when the last call is over. */
  retire(): void;
  /** Lets go of them at once. */
  close(): void;
}

export interface ReadingOptions {
  readonly environment: Environment;
  readonly houseSettings: HouseSettings;
  readonly clock: Clock;
  readonly log: HouseLog;
}

/** Reads one agent's folder. Rejects with `BAD_AGENT` and everything that is wrong: file, field, repair. */
export async function readAgent(
  path: string,
  version: number,
  options: ReadingOptions,
): Promise<LoadedAgent> {
  const folder = await realpath(path); // as Node will name its files
  const agent = await readAgentFile(folder, version);
  const { clock, log } = options;
  const named = namedIn(agent);
  const missing = named.all.filter((name) => !named.optional.has(name) && !options.environment[name]);
  if (missing.length > 0) {
    throw badAgent(folder, [
      `${missing.join(', ')} must be set in the environment or in .env: its tools need it.`,
    ]);
  }
  const secrets = named.all.flatMap((name) => options.environment[name] ?? []);
  const environment = variablesFor(named.all, options.environment);
  const open = (role: WorkerRole, most?: number) =>
    WorkerPool.open({
      birth: { folder, role, environment, houseSettings: options.houseSettings },
      clock,
      log: (level, line) => log[level]({ agent: agent.name }, maskText(line, secrets)),
      ...(most === undefined ? {} : { most }),
    });

  const pools: WorkerPool[] = [];
  try {
    if (agent.httpTools.length > 0 || (await toolFiles(folder)).length > 0) pools.push(await open('files'));
    if (agent.mcpServers.length > 0) pools.push(await open('mcp', 1));
    const builtIn = inProcess(builtInTools(agent, clock), { ...options.houseSettings, ...agent.settings });
    const hosts = [builtIn, ...pools];
    const toolbox = createToolbox(hosts, {
      clock,
      log,
      transferTargets: new Set(Object.keys(agent.transferTargets)),
      secrets,
    });
    return {
      agent,
      folder,
      toolbox,
      cards: hosts.flatMap(({ cards }) => cards),
      remoteTools: agent.remoteMcpServers.map(({ authorizationFrom, ...server }) => {
        const authorization = authorizationFrom && options.environment[authorizationFrom];
        return authorization ? { ...server, authorization } : server;
      }),
      retire: () => {
        for (const pool of pools) pool.retire();
      },
      close: () => {
        for (const pool of pools) pool.close();
      },
    };
  } catch (error) {
    for (const pool of pools) pool.close();
    if (error instanceof RingdownError && !error.message.startsWith('agent ')) {
      throw badAgent(folder, [error.message]);
    }
    throw error;
  }
}

/** By Node itself, whoever loads us: an agent is a file of its owner, and no part of our own program. */
const { importFile }: typeof import('./import-file.ts') = createRequire(import.meta.url)('./import-file.ts');

async function readAgentFile(folder: string, version: number): Promise<Agent> {
  resolveOurselves(folder);
  let value: unknown;
  try {
    value = await importFile(`${pathToFileURL(join(folder, 'agent.ts')).href}?v=${version}`);
  } catch (error) {
    const reason = inItsOwnWords(error).split('\n').slice(0, 4).join(' ').slice(0, 600);
    throw badAgent(folder, [`agent.ts: cannot be read: ${reason}`]);
  }
  const checked = checkAgent(value);
  if (checked.ok) return checked.agent;
  throw badAgent(
    folder,
    checked.problems.map((problem) => `agent.ts: ${problem}`),
  );
}

function badAgent(folder: string, problems: readonly string[]): RingdownError {
  return new RingdownError(
    'BAD_AGENT',
    problems.map((problem) => `agent ${basename(folder)}: ${problem}`).join('\n'),
  );
}

type Environment = Readonly<Record<string, string | undefined>>;

interface NamedVariables {
  readonly all: readonly string[];
  /** Those the agent can do without. */
  readonly optional: ReadonlySet<string>;
}

/** Every variable of the environment that an agent names, wherever it does; `NAME?` is one it can do without. */
function namedIn(agent: Agent): NamedVariables {
  const named = [
    ...agent.environment,
    ...agent.httpTools.flatMap(variablesOf),
    ...agent.mcpServers.flatMap((server) =>
      'url' in server ? Object.values(server.headers ?? {}).flatMap(namesIn) : (server.environment ?? []),
    ),
    ...agent.remoteMcpServers.flatMap(({ authorizationFrom }) => authorizationFrom ?? []),
  ];
  const isOptional = (name: string) => name.endsWith('?');
  const plain = (name: string) => name.replace(/\?$/, '');
  const needed = new Set(named.filter((name) => !isOptional(name)));
  return {
    all: [...new Set(named.map(plain))],
    optional: new Set(
      named
        .filter(isOptional)
        .map(plain)
        .filter((name) => !needed.has(name)),
    ),
  };
}

/** What the threads of its tools may see: what it names, and what programs need to run at all. */
function variablesFor(named: readonly string[], environment: Environment): Readonly<Record<string, string>> {
  const entries = [...NEEDED_TO_RUN, ...named].map((name) => [name, environment[name] ?? ''] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== ''));
}

const NEEDED_TO_RUN = ['PATH', 'HOME', 'TZ', 'LANG', 'DATA_DIR'] as const;
