import type { RealtimeMcpApprovalResponse, RealtimeMcpToolCall } from 'openai/resources/realtime/realtime';
import type { FunctionTool } from './brain.ts';
import type { Conversation } from './conversation.ts';
import { silentEntry } from './conversation-items.ts';
import type { Ids } from './ids.ts';
import type { ListedTool, McpTool, RemoteResult, RemoteServer } from './remote-server.ts';
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
