import { describe, expect, it, vi } from 'vitest';
import { aSession, settled } from '../../support/an-open-session.ts';

const item = { id: 'm1', type: 'mcp_call', server_label: 'crm', name: 'find', arguments: '' };
const whole = { ...item, arguments: '{"q":"A7"}', output: 'shipped' };
const call = { callId: 'm1', responseId: 'r1', server: 'crm', name: 'find', arguments: '{"q":"A7"}' };
const began = { type: 'remote_call', call };
const isOver = (result: string, output: string) => ({
  type: 'remote_call_done',
  callId: 'm1',
  result,
  output,
});

const added = { type: 'response.output_item.added', response_id: 'r1', output_index: 0, item };
const argumentsDone = {
  type: 'response.mcp_call_arguments.done',
  response_id: 'r1',
  item_id: 'm1',
  output_index: 0,
  arguments: '{"q":"A7"}',
};
const inProgress = { type: 'response.mcp_call.in_progress', output_index: 0, item_id: 'm1' };
const completed = { type: 'response.mcp_call.completed', output_index: 0, item_id: 'm1' };
const failed = { type: 'response.mcp_call.failed', output_index: 0, item_id: 'm1' };
const itemDone = { type: 'conversation.item.done', previous_item_id: 'u1', item: whole };

describe('tools at servers of the model’s own side', () => {
  it.each([
    ['in the order of the protocol', [added, argumentsDone, inProgress, completed, itemDone]],
    ['with what came of it before its end', [added, argumentsDone, inProgress, itemDone, completed]],
    [
      'twice over',
      [added, argumentsDone, argumentsDone, inProgress, completed, completed, itemDone, itemDone],
    ],
    ['without its end', [added, argumentsDone, inProgress, itemDone]],
    ['in one piece', [{ ...itemDone, type: 'response.output_item.done', response_id: 'r1' }]],
  ])('are told of once, %s', async (_how, events) => {
    const server = await aSession();
    for (const event of events) server.send(event);
    await settled(server);
    server.clock.advance(1_000);

    expect(server.events).toEqual([began, isOver('ok', 'shipped')]);
  });

  it('are over half a second later where nobody says what came of them', async () => {
    const server = await aSession();
    for (const event of [added, argumentsDone, inProgress, completed]) server.send(event);
    await settled(server);
    const early = [...server.events];

    server.clock.advance(600);

    expect(early).toEqual([began]);
    expect(server.events).toEqual([began, isOver('ok', '')]);
  });

  it('have failed, and say how, where the server says so', async () => {
    const server = await aSession();
    const error = { type: 'http_error', code: 502, message: 'Bad gateway' };
    for (const event of [added, argumentsDone, failed]) server.send(event);
    server.send({ ...itemDone, item: { ...whole, output: null, error } });
    await settled(server);

    expect(server.events).toEqual([began, isOver('failed', JSON.stringify(error))]);
  });

  it('are a problem when they cannot be listed: once, and with their server’s name', async () => {
    const server = await aSession();
    const list = { id: 'l1', type: 'mcp_list_tools', server_label: 'crm', tools: [] };
    server.send({ type: 'conversation.item.added', item: list });
    server.send({ type: 'mcp_list_tools.in_progress', item_id: 'l1' });
    for (let times = 0; times < 3; times++) server.send({ type: 'mcp_list_tools.failed', item_id: 'l1' });
    server.send({ type: 'mcp_list_tools.completed', item_id: 'l2' });
    await settled(server);

    expect(server.events).toEqual([
      {
        type: 'problem',
        code: 'remote_tools_failed_crm',
        hint: expect.stringMatching(/remoteMcpServers.*Check its url and its token/),
      },
    ]);
  });

  it('may do nothing that they ask to be allowed: the request is refused, and is a problem', async () => {
    const server = await aSession();
    const request = { ...whole, id: 'q1', type: 'mcp_approval_request', output: undefined };
    for (const type of ['conversation.item.added', 'conversation.item.done']) {
      server.send({ type, item: request });
    }
    await settled(server);

    const denial = await server.receive('conversation.item.create');
    expect(denial['item']).toMatchObject({
      type: 'mcp_approval_response',
      approval_request_id: 'q1',
      approve: false,
    });
    expect(server.events).toMatchObject([
      { type: 'problem', code: 'remote_tool_asks_for_approval_crm' },
      { type: 'remote_call', call: { callId: 'q1', name: 'find' } },
      { type: 'remote_call_done', callId: 'q1', result: 'failed' },
    ]);
    expect(server.received).toHaveLength(1);
  });

  it.each(['mcp_approval_request', 'mcp_call'])(
    'belong to the answer that is being made where an event does not name it: %s',
    async (type) => {
      const server = await aSession();
      for (const id of ['r1', 'r2']) server.send({ type: 'response.created', response: { id } });
      server.send({ type: 'conversation.item.done', item: { ...whole, type } });
      server.send({ type: 'response.output_item.done', response_id: 'r2', item: { ...whole, type } });
      await settled(server);

      const calls = server.events.flatMap((event) => (event.type === 'remote_call' ? event.call : []));
      expect(calls).toMatchObject([{ callId: 'm1', responseId: 'r2' }]);
    },
  );

  it('leave no timer behind when the call ends meanwhile', async () => {
    const server = await aSession();
    for (const event of [added, argumentsDone, completed]) server.send(event);
    await settled(server);

    server.session.close();
    server.clock.advance(1_000);
    await vi.waitFor(() => expect(server.socket()?.readyState).toBe(3));

    expect([server.events, server.clock.timers]).toEqual([[began], 0]);
  });
});
