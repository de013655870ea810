import { Remembered, RememberedNames } from '../../limits/remembered.ts';
import type { SessionEvent } from '../../ports/session.ts';
import type { ToolCall } from '../../ports/tools.ts';
import type { ServerItem } from './server-events.ts';

/** Function calls, each told once, and only when it was completely put: a cut one has half of its arguments. */
export class ToolCalls {
  readonly #told: string[] = [];

  /** The call that this piece of an answer is, if it is one and was not told yet. */
  read({ type, status, name, call_id, arguments: args }: ServerItem): ToolCall | null {
    if (type !== 'function_call' || status !== 'completed' || !call_id || this.#told.includes(call_id))
      return null;
    this.#told.push(call_id);
    if (this.#told.length > MOST_TOLD) this.#told.shift();
    return {
      callId: call_id,
      name: name ?? '',
      arguments: (args ?? '').slice(0, MOST_ARGUMENT_CHARS),
    };
  }
}

/** More than any tool takes: it will say so to the model. */
const MOST_ARGUMENT_CHARS = 40_000;

/** The same call comes twice within an answer, not an hour later. */
const MOST_TOLD = 128;

type News = Extract<SessionEvent, { type: 'remote_call' | 'remote_call_done' | 'problem' }>;

/**
 * What the server does with servers of tools of its own, put together from events that each tell a part of it.
 *
 * That a call is over and what came of it are told apart, in either order; where the second never comes, the call is
 * over all the same.
 */
export class McpCalls {
  readonly #tell: (news: News) => void;
  /** Runs something a moment later: what came of a call follows close on its end. */
  readonly #soon: (run: () => void) => void;
  readonly #calls = new Remembered<Known>(MOST_KNOWN);
  /** Which server of tools an item is about: the news of it names the item only. */
  readonly #servers = new Remembered<string>(MOST_KNOWN);
  readonly #denied = new RememberedNames(MOST_KNOWN);

  constructor(tell: (news: News) => void, soon: (run: () => void) => void) {
    this.#tell = tell;
    this.#soon = soon;
  }

  /** An item, as far as it is. Gives the id of a request to be allowed something, the first time it is whole. */
  item(item: ServerItem, responseId: string, isWhole: boolean): string | null {
    const { id, type, server_label: server } = item;
    if (!id) return null;
    if (type === 'mcp_list_tools' && server) {
      this.#servers.set(id, server);
    } else if (type === 'mcp_call') this.#learn(id, item, responseId);
    else if (type === 'mcp_approval_request' && isWhole && this.#denied.add(id)) return id;
    return null;
  }

  argumentsDone(id: string, text: string, responseId: string): void {
    const call = this.#call(id);
    call.arguments = cut(text);
    call.responseId ||= responseId;
    this.#begin(id, call);
  }

  inProgress(id: string): void {
    this.#begin(id, this.#call(id));
  }

  over(id: string, result: 'ok' | 'failed'): void {
    const call = this.#call(id);
    this.#begin(id, call);
    if (call.isTold) return;
    if (call.output !== null) return this.#finish(id, call, result);
    this.#soon(() => this.#finish(id, call, result));
  }

  listFailed(itemId: string | null): void {
    const server = this.#servers.get(itemId ?? '');
    this.#tell({
      type: 'problem',
      code: server === undefined ? 'remote_tools_failed' : `remote_tools_failed_${server}`,
      hint: 'The model’s side cannot reach a server of remoteMcpServers, or it lists no tools: the agent does without them. Check its url and its token.',
    });
  }

  /** It wanted to be allowed something, and was not. */
  denied({ id, server_label, name, arguments: text }: ServerItem, responseId: string): void {
    if (!id) return;
    const server = server_label ?? UNNAMED;
    this.#tell({
      type: 'problem',
      code: `remote_tool_asks_for_approval_${server}`,
      hint: 'A server of remoteMcpServers asked to be allowed a call although it was told never to ask, and nobody is there to be asked: it was refused. See what that server makes of require_approval.',
    });
    const call = { callId: id, responseId, server, name: name ?? UNNAMED, arguments: cut(text ?? '') };
    this.#tell({ type: 'remote_call', call });
    this.#tell({ type: 'remote_call_done', callId: id, result: 'failed', output: 'Not allowed.' });
  }

  #learn(id: string, { name, server_label, arguments: text, output, error }: ServerItem, responseId: string) {
    const call = this.#call(id);
    if (name) call.name = name;
    if (server_label) call.server = server_label;
    if (text) call.arguments = cut(text);
    call.responseId ||= responseId;
    const came = error ?? output;
    if (came === null || came === undefined) return;
    call.output = textOf(came);
    this.#begin(id, call);
    this.#finish(id, call, error === null || error === undefined ? 'ok' : 'failed');
  }

  #begin(callId: string, call: Known): void {
    if (call.hasBegun) return;
    call.hasBegun = true;
    const { responseId, server, name, arguments: text } = call;
    this.#tell({ type: 'remote_call', call: { callId, responseId, server, name, arguments: text } });
  }

  #finish(callId: string, call: Known, result: 'ok' | 'failed'): void {
    if (call.isTold) return;
    call.isTold = true;
    this.#tell({ type: 'remote_call_done', callId, result, output: call.output ?? '' });
    call.output = null;
    call.arguments = '';
  }

  #call(id: string): Known {
    const known = this.#calls.get(id);
    if (known) return known;
    const call = { ...UNKNOWN };
    this.#calls.set(id, call);
    return call;
  }
}

interface Known {
  responseId: string;
  server: string;
  name: string;
  arguments: string;
  output: string | null;
  hasBegun: boolean;
  isTold: boolean;
}

/** An error is an object, as a rule; what it says is for the record only. */
function textOf(came: unknown): string {
  return cut(typeof came === 'string' ? came : (JSON.stringify(came) ?? ''));
}

/** As much of it as is kept: a copy, as a piece of a long text keeps all of it in memory. */
function cut(text: string): string {
  return text.length <= MOST_CHARS ? text : Buffer.from(text.slice(0, MOST_CHARS)).toString();
}

const UNNAMED = 'unnamed';
const UNKNOWN: Known = {
  responseId: '',
  server: UNNAMED,
  name: UNNAMED,
  arguments: '',
  output: null,
  hasBegun: false,
  isTold: false,
};

const MOST_KNOWN = 32;
/** As much as the record keeps of a tool. */
const MOST_CHARS = 16 * 1024;
