import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { McpError } from '@modelcontextprotocol/sdk/types.js';
import type {
  RealtimeMcpApprovalResponse,
  RealtimeMcpListTools,
  RealtimeMcpToolCall,
  RealtimeToolsConfigUnion,
} from 'openai/resources/realtime/realtime';
import type { FunctionTool } from './brain.ts';
import { type Conversation, silentEntry } from './conversation.ts';
import type { Ids } from './outlet.ts';
import { RequestError, refusals } from './request-error.ts';
import type { Unsent } from './server-events.ts';

/** A call of a remote tool, wherever it stands: wanted, waiting for approval, running. */
export type RemoteCall = Pick<RealtimeMcpToolCall, 'id' | 'server_label' | 'name' | 'arguments'>;

export interface RemoteSetup {
  readonly ids: Ids;
  readonly conversation: Conversation;
  reach(tool: McpTool): RemoteServer;
  send(event: Unsent): void;
}

interface Offered {
  readonly tool: McpTool;
  readonly server: RemoteServer;
  /** Null while they are being listed, and if they could not be. */
  tools: readonly ListedTool[] | null;
}

const MOST_SERVERS = 16;

/**
 * The tools of remote servers that a session's client has named. The model lists and calls them itself: the client
 * looks on, approves where that is asked for, and asks for the answer when a call is over.
 */
export class RemoteTools {
  readonly #setup: RemoteSetup;
  readonly #offered = new Map<string, Offered>();
  readonly #waiting = new Map<string, RemoteCall>();
  #isClosed = false;

  constructor(setup: RemoteSetup) {
    this.#setup = setup;
  }

  /** Lists the tools of every server that is new, and tells when all of these are listed; null: they were. */
  offer(tools: ReadonlyArray<{ readonly type?: string }>): Promise<unknown> | null {
    const fresh = tools.filter(isMcp).filter((tool) => !this.#offered.has(keyOf(tool)));
    if (this.#offered.size + fresh.length > MOST_SERVERS)
      throw new RequestError('invalid_value', `Expected at most ${MOST_SERVERS} MCP servers in a session.`);
    return fresh.length === 0 ? null : Promise.all(fresh.map((tool) => this.#list(tool)));
  }

  /** Those of a server's tools that may be called, as far as they are known. */
  functions(tool: McpTool): FunctionTool[] {
    const { tools } = this.#offered.get(keyOf(tool)) ?? { tools: null };
    return (tools ?? [])
      .filter((listed) => isAllowed(listed, tool))
      .map(({ name, description, input_schema }) => ({
        name,
        description: description ?? '',
        parameters: input_schema,
        serverLabel: tool.server_label,
      }));
  }

  needsApproval({ server_label, name }: Pick<RemoteCall, 'server_label' | 'name'>): boolean {
    const offered = this.#find(server_label);
    const listed = offered?.tools?.find((tool) => tool.name === name);
    return offered === undefined || listed === undefined || asksFirst(listed, offered.tool.require_approval);
  }

  /** Remembers a call until the client has answered the request with that id. */
  wait(requestId: string, call: RemoteCall): void {
    this.#waiting.set(requestId, call);
  }

  checkApproval({ approval_request_id: id }: RealtimeMcpApprovalResponse): void {
    if (!this.#waiting.has(id))
      throw refusals.invalid('item.approval_request_id', `No approval request '${id}' waits for an answer.`);
  }

  /** The client has answered: what was approved is called now, outside of any response. */
  answered({ approval_request_id: id, approve }: RealtimeMcpApprovalResponse): void {
    const call = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (call === undefined || !approve) return;
    const { conversation, send } = this.#setup;
    const entry = silentEntry(call.id, callItem(call, null, id));
    const previousId = conversation.lastId;
    conversation.insert(entry);
    send({ type: 'conversation.item.added', previous_item_id: previousId, item: entry.item });
    void this.run(call, 0).then((result) => {
      if (this.#isClosed) return;
      entry.item = callItem(call, result, id);
      send({
        type: 'conversation.item.done',
        previous_item_id: conversation.previousId(call.id),
        item: entry.item,
      });
    });
  }

  /** Calls the tool, and says how it goes. The model says nothing of the result until it is asked to. */
  async run(call: RemoteCall, outputIndex: number): Promise<RemoteResult> {
    const { send } = this.#setup;
    const ids = { item_id: call.id, output_index: outputIndex };
    send({ type: 'response.mcp_call.in_progress', ...ids });
    const server = this.#find(call.server_label)?.server;
    const result = server ? await server.call(call.name, call.arguments).catch(brokenOff) : NO_SUCH_SERVER;
    if (!this.#isClosed)
      send({
        type: result.type === 'output' ? 'response.mcp_call.completed' : 'response.mcp_call.failed',
        ...ids,
      });
    return result;
  }

  close(): void {
    this.#isClosed = true;
    for (const { server } of this.#offered.values()) server.close();
  }

  async #list(tool: McpTool): Promise<void> {
    const { ids, conversation, reach, send } = this.#setup;
    const offered: Offered = { tool, server: reach(tool), tools: null };
    this.#offered.set(keyOf(tool), offered);
    const item = { id: ids.next('mcpl'), type: 'mcp_list_tools', server_label: tool.server_label } as const;
    const entry = silentEntry(item.id, { ...item, tools: [] });
    const previousId = conversation.lastId;
    conversation.insert(entry);
    send({ type: 'conversation.item.added', previous_item_id: previousId, item: entry.item });
    send({ type: 'mcp_list_tools.in_progress', item_id: item.id });
    const tools = await offered.server.list().catch(() => null);
    if (this.#isClosed) return;
    offered.tools = tools;
    if (tools === null) {
      this.#offered.delete(keyOf(tool)); // so that it may be tried again
      offered.server.close();
    }
    entry.item = { ...item, tools: (tools ?? []).filter((listed) => isAllowed(listed, tool)) };
    const type = tools === null ? 'mcp_list_tools.failed' : 'mcp_list_tools.completed';
    send({ type, item_id: item.id });
    send({
      type: 'conversation.item.done',
      previous_item_id: conversation.previousId(item.id),
      item: entry.item,
    });
  }

  #find(label: string): Offered | undefined {
    return [...this.#offered.values()].findLast(({ tool }) => tool.server_label === label);
  }
}

/** A call as an item, with what came of it so far. The vendor's own agents insist on an output, if only null. */
export function callItem(
  call: RemoteCall,
  result: RemoteResult | null,
  requestId: string | null,
): RealtimeMcpToolCall {
  return {
    type: 'mcp_call',
    ...call,
    approval_request_id: requestId,
    output: result?.type === 'output' ? result.output : null,
    error: result?.type === 'failed' ? result.error : null,
  };
}

function brokenOff(error: unknown): RemoteResult {
  return { type: 'failed', error: { type: 'http_error', code: 502, message: String(error) } };
}

const NO_SUCH_SERVER: RemoteResult = {
  type: 'failed',
  error: { type: 'protocol_error', code: -32_601, message: 'There is no such server in this session.' },
};

function isMcp(tool: { readonly type?: string }): tool is McpTool {
  return tool.type === 'mcp';
}

function keyOf(tool: McpTool): string {
  return JSON.stringify(tool);
}

type Filter = { readonly tool_names?: readonly string[]; readonly read_only?: boolean };

function isAllowed(listed: ListedTool, { allowed_tools: allowed }: McpTool): boolean {
  if (allowed === undefined || allowed === null) return true;
  return Array.isArray(allowed) ? allowed.includes(listed.name) : passes(listed, allowed);
}

/** Approval is asked for unless somebody has said it need not be. */
function asksFirst(listed: ListedTool, rule: McpTool['require_approval']): boolean {
  if (rule === undefined || rule === null || rule === 'always') return true;
  if (rule === 'never') return false;
  if (rule.always && passes(listed, rule.always)) return true;
  return rule.never === undefined ? false : !passes(listed, rule.never);
}

function passes(listed: ListedTool, { tool_names, read_only }: Filter): boolean {
  const isNamed = tool_names === undefined || tool_names.includes(listed.name);
  return isNamed && (read_only === undefined || isReadOnly(listed) === read_only);
}

function isReadOnly({ annotations }: ListedTool): boolean {
  const isRecord = typeof annotations === 'object' && annotations !== null;
  return isRecord && 'readOnlyHint' in annotations && annotations.readOnlyHint === true;
}

/** An MCP server, as a client of the model describes it. */
export type McpTool = RealtimeToolsConfigUnion.Mcp;
type ListedTool = RealtimeMcpListTools.Tool;
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
