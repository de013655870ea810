import { namesIn, variablesOf } from '../tools/http-tool.ts';
import type { Agent } from './define-agent.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface NamedVariables {
  readonly all: readonly string[];
  /** Those the agent can do without. */
  readonly optional: ReadonlySet<string>;
}

/** Every variable of the environment that an agent names, wherever it does; `NAME?` is one it can do without. */
export function namedIn(agent: Agent): NamedVariables {
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
export function variablesFor(
  named: readonly string[],
  environment: Environment,
): Readonly<Record<string, string>> {
  const entries = [...NEEDED_TO_RUN, ...named].map((name) => [name, environment[name] ?? ''] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== ''));
}

const NEEDED_TO_RUN = ['PATH', 'HOME', 'TZ', 'LANG', 'DATA_DIR'] as const;
