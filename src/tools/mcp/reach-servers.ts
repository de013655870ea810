import type { Ready } from '../invoke.ts';
import { maskText } from '../mask.ts';
import { inItsOwnWords } from '../thrown.ts';
import { McpConnection } from './connection.ts';
import type { McpServer } from './description.ts';
import { mcpTools } from './mcp-tools.ts';

export interface ReachedServers {
  readonly tools: readonly Ready[];
  readonly problems: readonly string[];
  close(): Promise<void>;
}

/** Starts or reaches every MCP server of an agent. One that cannot be used is a problem, with its name. */
export async function reachServers(
  servers: readonly McpServer[],
  environment: Readonly<Record<string, string>>,
): Promise<ReachedServers> {
  const reached = servers.map((server) => ({ server, connection: new McpConnection(server, environment) }));
  const results = await Promise.allSettled(
    reached.map(({ server, connection }) => mcpTools(server, connection)),
  );
  return {
    tools: results.flatMap((result) => (result.status === 'fulfilled' ? result.value : [])),
    problems: results.flatMap((result, index) => {
      if (result.status === 'fulfilled') return [];
      const reason = maskText(inItsOwnWords(result.reason).split('\n')[0] ?? '', Object.values(environment));
      return `agent.ts: mcpServers: ${servers[index]?.name} cannot be used: ${reason}`;
    }),
    async close() {
      await Promise.allSettled(reached.map(({ connection }) => connection.close()));
    },
  };
}
