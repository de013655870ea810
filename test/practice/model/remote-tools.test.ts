import { describe, expect, it } from 'vitest';
import { dialogue } from '../../../src/practice/model/dialogue.ts';
import { practiceVoice } from '../../../src/practice/model/index.ts';
import {
  type McpTool,
  type RemoteResult,
  reachRemoteServer,
} from '../../../src/practice/model/remote-tools.ts';
import { aRemoteServer } from './support/a-remote-server.ts';
import { aSession } from './support/rig.ts';

const CRM = {
  type: 'mcp',
  server_label: 'crm',
  server_url: 'http://127.0.0.1:1/mcp',
  require_approval: 'never',
} as const satisfies McpTool;

const SHIPPED: RemoteResult = { type: 'output', output: 'It was shipped.' };

/** A session of the practice model's own mind, in writing, whose client has named a server. */
async function aSessionWith(tool: McpTool | null, result: () => Promise<RemoteResult> = async () => SHIPPED) {
  const calls: string[] = [];
  let closed = 0;
  const rig = aSession({
    brain: dialogue(practiceVoice()),
    habits: { thinkMs: 0, pieceMs: 0 },
    reach: ({ server_url }) => ({
      async list() {
        if (server_url === undefined) throw new Error('gone');
        const input_schema = {
          type: 'object',
          properties: { number: { type: 'string' } },
          required: ['number'],
        };
        return [
          { name: 'find_order', input_schema, annotations: { readOnlyHint: true } },
          { name: 'cancel_order', input_schema },
        ];
      },
      call(name, args) {
        calls.push(`${name}(${args})`);
        return result();
      },
      close: () => void closed++,
    }),
  });
  const session = { type: 'realtime', output_modalities: ['text'], tools: tool === null ? [] : [tool] };
  rig.send({ type: 'session.update', session });
  const settle = async () => {
    for (let i = 0; i < 20; i++) await Promise.resolve();
    rig.clock.advance(10);
    for (let i = 0; i < 20; i++) await Promise.resolve();
  };
  await settle();
  return {
    ...rig,
    calls,
    closed: () => closed,
    settle,
    async say(text: string, response: object = {}) {
      const content = [{ type: 'input_text', text }];
      rig.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
      rig.send({ type: 'response.create', response });
      await settle();
      await settle();
    },
  };
}

const once = (types: readonly string[]) => types.filter((type, at) => type !== types[at - 1]);
const ASK = 'Please find order 4217.';

describe('the tools of a remote server', () => {
  it('are listed when a session names the server, as an item that can be asked for', async () => {
    const { newTypes, send, last, of } = await aSessionWith(CRM);

    expect(newTypes().slice(2)).toEqual([
      'session.updated',
      'conversation.item.added',
      'mcp_list_tools.in_progress',
      'mcp_list_tools.completed',
      'conversation.item.done',
    ]);
    const { item_id } = last('mcp_list_tools.completed');
    send({ type: 'conversation.item.retrieve', item_id });
    const { item } = last('conversation.item.retrieved');
    expect(item).toMatchObject({ id: item_id, type: 'mcp_list_tools', server_label: 'crm' });
    expect(item.type === 'mcp_list_tools' && item.tools.map(({ name }) => name)).toEqual([
      'find_order',
      'cancel_order',
    ]);
    expect(of('error')).toEqual([]);
  });

  it('are listed once for each server, however often it is named', async () => {
    const { send, settle, of } = await aSessionWith(CRM);

    send({ type: 'session.update', session: { type: 'realtime', tools: [CRM] } });
    send({ type: 'session.update', session: { type: 'realtime', tools: [] } });
    send({
      type: 'session.update',
      session: { type: 'realtime', tools: [{ ...CRM, server_label: 'shop' }] },
    });
    await settle();

    expect(of('mcp_list_tools.completed')).toHaveLength(2);
  });

  it('cannot be listed where nobody answers: the session goes on without', async () => {
    const { newTypes, say, last } = await aSessionWith({
      type: 'mcp',
      server_label: 'crm',
      connector_id: 'connector_gmail',
    });

    expect(newTypes().slice(-3)).toEqual([
      'mcp_list_tools.in_progress',
      'mcp_list_tools.failed',
      'conversation.item.done',
    ]);
    await say(ASK);
    expect(last('response.done').response.output.map(({ type }) => type)).toEqual(['message']);
  });

  it('are called by the model itself, which then says nothing until it is asked', async () => {
    const { say, newTypes, calls, last, send, settle, clock } = await aSessionWith(CRM);
    newTypes();

    await say(ASK);
    clock.advance(60_000);

    expect(once(newTypes().slice(2))).toEqual([
      'response.created',
      'response.output_item.added',
      'conversation.item.added',
      'response.mcp_call_arguments.delta',
      'response.mcp_call_arguments.done',
      'response.mcp_call.in_progress',
      'response.mcp_call.completed',
      'response.output_item.done',
      'conversation.item.done',
      'response.done',
      'rate_limits.updated',
    ]);
    expect(calls).toEqual(['find_order({"number":"4217"})']);
    expect(last('conversation.item.done').item).toMatchObject({
      type: 'mcp_call',
      server_label: 'crm',
      name: 'find_order',
      arguments: '{"number":"4217"}',
      output: 'It was shipped.',
    });

    send({ type: 'response.create' });
    await settle();
    expect(last('response.output_text.done').text).toBe('It was shipped.');
  });

  it('can be asked for while they run', async () => {
    let answer = (_: RemoteResult) => {};
    const { say, send, last, settle, of } = await aSessionWith(
      CRM,
      () => new Promise((resolve) => (answer = resolve)),
    );
    await say(ASK);

    send({ type: 'conversation.item.retrieve', item_id: last('response.mcp_call.in_progress').item_id });
    expect(last('conversation.item.retrieved').item).toMatchObject({
      type: 'mcp_call',
      name: 'find_order',
      output: null,
    });
    expect(last('response.output_item.added').item).toMatchObject({ type: 'mcp_call', output: null });
    expect(of('response.done')).toEqual([]);

    answer(SHIPPED);
    await settle();
    expect(of('response.done')).toHaveLength(1);
  });

  it('may fail: the item says why', async () => {
    const error = { type: 'tool_execution_error', message: 'Too late.' } as const;
    const { say, last, of } = await aSessionWith(CRM, async () => ({ type: 'failed', error }));

    await say(ASK);

    expect(of('response.mcp_call.failed')).toHaveLength(1);
    expect(last('conversation.item.done').item).toMatchObject({ type: 'mcp_call', output: null, error });
    expect(last('response.done').response.status).toBe('completed');
  });

  it('are given up when the answer is cancelled', async () => {
    const { say, send, last, of } = await aSessionWith(CRM, () => new Promise(() => {}));
    await say(ASK);

    send({ type: 'response.cancel' });

    expect(last('response.done').response.status).toBe('cancelled');
    expect(last('response.output_item.done').item).toMatchObject({ type: 'mcp_call', output: null });
    expect(of('response.mcp_call.completed')).toEqual([]);
  });

  it('wait for the client’s approval, where none was given beforehand', async () => {
    const { require_approval: _, ...askFirst } = CRM;
    const { say, newTypes, calls, last, send, settle } = await aSessionWith(askFirst);
    newTypes();
    await say(ASK);

    expect(once(newTypes().slice(2))).toEqual([
      'response.created',
      'response.output_item.added',
      'conversation.item.added',
      'response.mcp_call_arguments.delta',
      'response.mcp_call_arguments.done',
      'response.output_item.done',
      'conversation.item.done',
      'response.done',
      'rate_limits.updated',
    ]);
    const { item: request } = last('conversation.item.done');
    expect(request).toMatchObject({
      type: 'mcp_approval_request',
      name: 'find_order',
      arguments: '{"number":"4217"}',
    });
    expect(calls).toEqual([]);

    const approval_request_id = request.id;
    send({
      type: 'conversation.item.create',
      item: { type: 'mcp_approval_response', approval_request_id, approve: true },
    });
    await settle();

    expect(newTypes()).toEqual([
      'conversation.item.added',
      'conversation.item.done',
      'conversation.item.added',
      'response.mcp_call.in_progress',
      'response.mcp_call.completed',
      'conversation.item.done',
    ]);
    expect(last('conversation.item.done').item).toMatchObject({
      type: 'mcp_call',
      id: last('response.mcp_call.completed').item_id,
      approval_request_id,
      output: 'It was shipped.',
    });
    expect(last('response.mcp_call_arguments.done').item_id).toBe(
      last('response.mcp_call.completed').item_id,
    );
  });

  it('are not called when the client says no, nor approved twice', async () => {
    const { require_approval: _, ...askFirst } = CRM;
    const { say, last, send, settle, calls, of } = await aSessionWith(askFirst);
    await say(ASK);
    const item = {
      type: 'mcp_approval_response',
      approval_request_id: last('conversation.item.done').item.id,
    };

    send({ type: 'conversation.item.create', item: { ...item, approve: false } });
    send({ type: 'conversation.item.create', item: { ...item, approve: true } });
    await settle();

    expect(calls).toEqual([]);
    expect(of('error').map(({ error }) => error.param)).toEqual(['item.approval_request_id']);
  });

  const rules: [NonNullable<McpTool['require_approval']>, boolean][] = [
    ['never', false],
    ['always', true],
    [{ never: { tool_names: ['find_order'] } }, false],
    [{ never: { tool_names: ['cancel_order'] } }, true],
    [{ always: { tool_names: ['cancel_order'] } }, false],
    [{ always: { read_only: true } }, true],
    [{ never: { read_only: true } }, false],
  ];
  it.each(rules)('ask for approval as %j says', async (require_approval, asks) => {
    const { say, last } = await aSessionWith({ ...CRM, require_approval });

    await say(ASK);

    expect(last('conversation.item.done').item.type).toBe(asks ? 'mcp_approval_request' : 'mcp_call');
  });

  it.each([
    [['cancel_order'], ['cancel_order']],
    [{ read_only: true }, ['find_order']],
    [{ tool_names: ['find_order', 'fly'] }, ['find_order']],
  ])('are those that the client allows: %j', async (allowed_tools, names) => {
    const { last, say, prompts } = await aSessionWith({ ...CRM, allowed_tools });

    await say('Hello?');

    const { item } = last('conversation.item.done');
    expect(item.type).toBe('message');
    expect(prompts.at(-1)?.tools.map(({ name, serverLabel }) => [name, serverLabel])).toEqual(
      names.map((name) => [name, 'crm']),
    );
  });

  it('may be forced, and belong to one answer alone', async () => {
    const { say, calls, newTypes, of } = await aSessionWith(null);
    newTypes();

    await say('Hello?', {
      tools: [CRM],
      tool_choice: { type: 'mcp', server_label: 'crm', name: 'cancel_order' },
    });
    await say(ASK);

    expect(calls).toEqual(['cancel_order({"number":"Hello?"})']);
    expect(of('mcp_list_tools.completed')).toHaveLength(1);
  });

  it('are let go of with the session', async () => {
    const { session, closed } = await aSessionWith(CRM);

    session.end();

    expect(closed()).toBe(1);
  });
});

describe('a way to MCP servers', () => {
  it('lists and calls a real one on this machine, with the headers it wants', async () => {
    const { url, seen } = await aRemoteServer();
    const server = reachRemoteServer({
      ...CRM,
      server_url: url,
      authorization: 'secret',
      headers: { 'x-shop': '7' },
    });

    const tools = await server.list();

    expect(tools.map(({ name }) => name)).toEqual(['find_order', 'cancel_order']);
    expect(tools[0]).toMatchObject({ description: 'Finds an order.', annotations: { readOnlyHint: true } });
    expect(await server.call('find_order', '{"number":"4217"}')).toEqual({
      type: 'output',
      output: 'Order 4217 was shipped.',
    });
    expect(await server.call('cancel_order', '{}')).toEqual({
      type: 'failed',
      error: { type: 'tool_execution_error', message: 'Too late.' },
    });
    expect(await server.call('find_order', '{"number":7}')).toMatchObject({ type: 'failed' });
    expect(seen[0]).toMatchObject({ authorization: 'Bearer secret', 'x-shop': '7' });
    server.close();
  });

  it.each([
    'https://example.com/mcp',
    'http://10.0.0.1/mcp',
    'http://127.0.0.1.example.com/mcp',
    'file:///x',
    'nonsense',
  ])('does not leave this machine: %s', async (server_url) => {
    await expect(reachRemoteServer({ ...CRM, server_url }).list()).rejects.toThrow('on this machine only');
  });
});
