import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { McpError } from '@modelcontextprotocol/sdk/types.js';
import type {
  RealtimeMcpListTools,
  RealtimeMcpToolCall,
  RealtimeToolsConfigUnion,
} from 'openai/resources/realtime/realtime';

/** An MCP server, as a client of the model describes it. */
export type McpTool = RealtimeToolsConfigUnion.Mcp;
export type ListedTool = RealtimeMcpListTools.Tool;
export type RemoteFailure = NonNullable<RealtimeMcpToolCall['error']>;

export type RemoteResult =
  | { readonly type: 'output'; readonly output: string }
  | { readonly type: 'failed'; readonly error: RemoteFailure };

/** A server whose tools the model calls by itself. */
export interface RemoteServer {
  list(): Promise<readonly ListedTool[]>;
  call(name: string, args: string): Promise<RemoteResult>;
  close(): void;
}

/** Really calls servers on this machine, over streamable HTTP; any other cannot be reached from here, and says so. */
export function reachRemoteServer(tool: McpTool): RemoteServer {
  const url = loopbackUrl(tool.server_url);
  let client: Promise<Client> | null = null;
  const connected = () => {
    client ??= connect(tool, url).catch((error: unknown) => {
      client = null;
      throw error;
    });
    return client;
  };
  return {
    async list() {
      const { tools } = await (await connected()).listTools(undefined, { timeout: LIST_MS });
      return tools.map(({ name, description, inputSchema, annotations }) => ({
        name,
        description: description ?? null,
        input_schema: inputSchema,
        annotations: annotations ?? null,
      }));
    },
    async call(name, args) {
      try {
        const request = { name, arguments: asRecord(args) };
        const result = await (await connected()).callTool(request, undefined, { timeout: CALL_MS });
        const text = textOf(result['content']);
        if (result['isError'] === true)
          return { type: 'failed', error: { type: 'tool_execution_error', message: text } };
        return { type: 'output', output: text };
      } catch (error) {
        return { type: 'failed', error: failureOf(error) };
      }
    },
    close() {
      client?.then((open) => open.close()).catch(() => {});
    },
  };
}

/** For a model that strangers can reach: they are not to reach this machine through it. */
export function reachNothing(): RemoteServer {
  const refuse = () => Promise.reject(new Error('This practice model calls no MCP servers.'));
  return { list: refuse, call: refuse, close() {} };
}

const LIST_MS = 10_000;
const CALL_MS = 30_000;

async function connect({ authorization, headers }: McpTool, url: URL | null): Promise<Client> {
  if (url === null) throw new Error('The practice model calls MCP servers on this machine only.');
  const client = new Client({ name: 'practice-model', version: '1' });
  const bearer = authorization === undefined ? {} : { Authorization: `Bearer ${authorization}` };
  const transport = new StreamableHTTPClientTransport(url, {
    requestInit: { headers: { ...headers, ...bearer }, redirect: 'error' },
  });
  await client.connect(transport, { timeout: LIST_MS });
  return client;
}

function loopbackUrl(text: string | undefined): URL | null {
  const url = URL.parse(text ?? '');
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:';
  return url && isHttp && /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname) ? url : null;
}

function failureOf(error: unknown): RemoteFailure {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof McpError) return { type: 'protocol_error', code: error.code, message };
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? Number(error.code) : Number.NaN;
  return { type: 'http_error', code: Number.isInteger(code) ? code : 502, message };
}

function textOf(content: unknown): string {
  const parts: readonly unknown[] = Array.isArray(content) ? content : [];
  return parts
    .map((part) =>
      typeof part === 'object' && part !== null && 'text' in part ? String(part.text) : JSON.stringify(part),
    )
    .join('\n');
}

function asRecord(json: string): Record<string, unknown> {
  const value: unknown = JSON.parse(json);
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
