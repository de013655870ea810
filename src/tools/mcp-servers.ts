import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { z } from 'zod';
import { isRecord } from '../ports/is-record.ts';
import { TOOL_DEFAULTS, type ToolContext } from './define-tool.ts';
import { checkArguments, type Ready, replyTo, type ToolReply } from './invoke.ts';
import { maskText } from './mask.ts';
import { badArguments, toOutput } from './output.ts';
import { inItsOwnWords } from './thrown.ts';
import type { JsonSchema, ToolSpec } from './tool-spec.ts';

/** A server of tools over the Model Context Protocol that this process is a client of. */
export type McpServer = McpCommand | McpAddress;

interface McpCommon {
  /** Its tools are offered as `name_tool`. */
  readonly name: string;
  /** Those that are offered; all of them when absent. */
  readonly tools?: readonly string[];
  /** Those with effects in the world, which are never run twice or stopped half-way. */
  readonly writes?: readonly string[];
  readonly deadlineMs?: number;
}

/** A server that is started here and spoken to over its standard input and output. */
export interface McpCommand extends McpCommon {
  readonly command: string;
  readonly args?: readonly string[];
  /** Names of variables of the environment that it may see. */
  readonly environment?: readonly string[];
}

/** A server that runs already, reached over HTTP: on this machine or one the owner trusts. */
export interface McpAddress extends McpCommon {
  readonly url: string;
  /** `{ authorization: 'Bearer {CRM_TOKEN}' }`; a name in braces is a variable of the environment. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A server that the model's own side talks to, without asking us. Only what is said to be read should be there. */
export interface RemoteMcpServer {
  readonly label: string;
  readonly url: string;
  /** Name of the variable of the environment with its token. */
  readonly authorizationFrom?: string;
  /** Those it may use; all of them when absent. */
  readonly allowed?: readonly string[];
}

interface ReachedServers {
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

/** The tools of one MCP server, under its name, to be run like any others. */
async function mcpTools(server: McpServer, connection: McpConnection): Promise<readonly Ready[]> {
  const client = await connection.client();
  const offered: Offered[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.listTools(cursor === undefined ? {} : { cursor }, { timeout: LIST_MS });
    offered.push(...page.tools);
    cursor = page.nextCursor;
  } while (cursor !== undefined && offered.length < MOST_TOOLS);

  const missing = [...(server.tools ?? []), ...(server.writes ?? [])].filter(
    (name) => !offered.some((tool) => tool.name === name),
  );
  if (missing.length > 0) {
    throw new Error(
      `it has no tool called ${missing.join(', ')}; those it has: ${offered.map(({ name }) => name).join(', ')}`,
    );
  }
  return offered
    .filter(({ name }) => server.tools?.includes(name) ?? true)
    .map(({ name, description = name, inputSchema }) => {
      const card: ToolSpec = {
        name: `${server.name}_${name}`.replace(/[^\w-]/g, '_').slice(0, MOST_NAME_CHARS),
        description,
        parameters: closed(inputSchema),
        deadlineMs: server.deadlineMs ?? TOOL_DEFAULTS.deadlineMs,
        filler: TOOL_DEFAULTS.filler,
        writes: server.writes?.includes(name) ?? false,
        secret: [],
        isSilent: false,
      };
      return { card, invoke: (text, context) => invoke(connection, name, card, text, context) };
    });
}

/** The tool of a server says that it failed; what it says is for its author. */
class McpToolError extends Error {}

async function invoke(
  connection: McpConnection,
  name: string,
  card: ToolSpec,
  argumentsText: string,
  { signal }: ToolContext,
): Promise<ToolReply> {
  try {
    const checked = await checkArguments(argumentsText, parametersOf(card.parameters), card.parameters);
    if (!checked.ok) return { result: 'bad_arguments', output: badArguments(checked.problem) };
    const client = await connection.client();
    const timeout = card.writes ? WRITE_MS : card.deadlineMs;
    const result = await client.callTool({ name, arguments: { ...checked.args } }, undefined, {
      signal,
      timeout,
    });
    const said = wordsOf(result);
    if (result.isError === true) throw new McpToolError(toOutput(said));
    return { result: 'ok', output: toOutput(said) };
  } catch (error) {
    return replyTo(error, card);
  }
}

/** What a server answers in words; its pictures and sounds are no use on the phone. */
function wordsOf(result: Readonly<Record<string, unknown>>): unknown {
  if (isRecord(result['structuredContent'])) return result['structuredContent'];
  const { content } = result;
  if (!Array.isArray(content)) return null;
  const texts = content.flatMap((part: unknown) =>
    isRecord(part) && part['type'] === 'text' && typeof part['text'] === 'string' ? part['text'] : [],
  );
  return texts.length === 1 ? texts[0] : texts;
}

/** A server's schema as one of zod; one that zod cannot read is left to the server to check. */
function parametersOf(schema: JsonSchema): z.ZodType {
  try {
    return z.fromJSONSchema(schema);
  } catch {
    return z.record(z.string(), z.unknown());
  }
}

/** Fields that a server does not know are refused here as for every other tool, unless it takes any. */
function closed({ $schema: _, ...schema }: JsonSchema): JsonSchema {
  return { additionalProperties: false, ...schema };
}

type Offered = Awaited<ReturnType<Client['listTools']>>['tools'][number];

const LIST_MS = 10_000;
const WRITE_MS = 60_000;
const MOST_TOOLS = 128;
const MOST_NAME_CHARS = 64;

/** A client of one MCP server. A server that has gone is started, or reached, again when it is next needed. */
class McpConnection {
  readonly #server: McpServer;
  readonly #environment: Readonly<Record<string, string>>;
  #client: Promise<Client> | null = null;

  constructor(server: McpServer, environment: Readonly<Record<string, string>>) {
    this.#server = server;
    this.#environment = environment;
  }

  client(): Promise<Client> {
    this.#client ??= this.#connect().catch((error: unknown) => {
      this.#client = null;
      throw error;
    });
    return this.#client;
  }

  /** Ends the server, if it was started here: in good manners first, then without. */
  async close(): Promise<void> {
    const client = await this.#client?.catch(() => null);
    await client?.close();
  }

  async #connect(): Promise<Client> {
    const client = new Client({ name: 'ringdown', version: '1' });
    client.onclose = () => {
      this.#client = null;
    };
    await ('command' in this.#server
      ? client.connect(this.#started(this.#server))
      : client.connect(this.#reached(this.#server)));
    return client;
  }

  #started({
    command,
    args = [],
    environment = [],
  }: Extract<McpServer, { command: string }>): StdioClientTransport {
    const named = environment.map((name) => [name, this.#environment[name] ?? '']);
    const { PATH = '', HOME = '' } = this.#environment;
    const env = { PATH, HOME, ...Object.fromEntries(named) };
    return new StdioClientTransport({ command, args: [...args], env, stderr: 'ignore' });
  }

  #reached({ url, headers = {} }: Extract<McpServer, { url: string }>): StreamableHTTPClientTransport {
    const sent = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        name,
        value.replace(/\{(\w+)\}/g, (_whole, variable: string) => this.#environment[variable] ?? ''),
      ]),
    );
    return new StreamableHTTPClientTransport(new URL(url), {
      requestInit: { headers: sent, redirect: 'error' },
    });
  }
}
