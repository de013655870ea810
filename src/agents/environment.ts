import { namesIn, variablesOf } from '../tools/http/description.ts';
import type { Agent } from './define-agent.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Every variable of the environment that an agent names, wherever it does. */
export function namedIn(agent: Agent): readonly string[] {
  const named = [
    ...agent.environment,
    ...agent.httpTools.flatMap(variablesOf),
    ...agent.mcpServers.flatMap((server) =>
      'url' in server ? Object.values(server.headers ?? {}).flatMap(namesIn) : (server.environment ?? []),
    ),
    ...agent.remoteMcpServers.flatMap(({ authorizationFrom }) => authorizationFrom ?? []),
  ];
  return [...new Set(named)];
}

/** What the threads of its tools may see: what it names, and what programs need to run at all. */
export function variablesFor(
  named: readonly string[],
  environment: Environment,
): Readonly<Record<string, string>> {
  const entries = [...NEEDED_TO_RUN, ...named].map((name) => [name, environment[name] ?? ''] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== ''));
}

const NEEDED_TO_RUN = ['PATH', 'HOME', 'TZ', 'LANG'] as const;
