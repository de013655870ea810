import { describe, expect, it } from 'vitest';
import { aSession, speech } from './support/rig.ts';

const lookUp = { type: 'call', name: 'lookup_order', arguments: '{"number":"4217","express":true}' } as const;

describe('a function call', () => {
  it('is given piece by piece and ends as an item', () => {
    const { send, clock, newTypes, last, of } = aSession({ brain: () => ({ outputs: [lookUp] }) });
    newTypes();

    send({ type: 'response.create' });
    clock.advance(1_000);

    expect(newTypes().filter((type, index, all) => type !== all[index - 1])).toEqual([
      'response.created',
      'response.output_item.added',
      'conversation.item.added',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.done',
      'response.output_item.done',
      'conversation.item.done',
      'response.done',
      'rate_limits.updated',
    ]);
    expect(of('response.function_call_arguments.delta').length).toBeGreaterThan(2);
    expect(last('response.output_item.done').item).toMatchObject({
      type: 'function_call',
      status: 'completed',
      name: 'lookup_order',
      arguments: lookUp.arguments,
    });
    expect(last('response.function_call_arguments.done')).toMatchObject({ name: 'lookup_order' });
  });

  it('may come with others, after some words', () => {
    const outputs = [speech('One moment.', 500), lookUp, { ...lookUp, name: 'find_customer' }];
    const { send, clock, last } = aSession({ brain: () => ({ outputs }) });

    send({ type: 'response.create' });
    clock.advance(5_000);

    const { output } = last('response.done').response;
    expect(output.map((item) => item.type)).toEqual(['message', 'function_call', 'function_call']);
    const ids = output.flatMap((item) => (item.type === 'function_call' ? [item.call_id] : []));
    expect(new Set(ids).size).toBe(2);
  });

  it('comes to nothing when it is interrupted: its arguments may be half of it', () => {
    const { send, clock, last } = aSession({
      brain: () => ({ outputs: [lookUp] }),
      habits: { thinkMs: 0, pieceMs: 50 },
    });
    send({ type: 'response.create' });
    clock.advance(60);

    send({ type: 'response.cancel' });

    const done = last('response.function_call_arguments.done');
    expect(lookUp.arguments.startsWith(done.arguments)).toBe(true);
    expect(done.arguments.length).toBeLessThan(lookUp.arguments.length);
    expect(last('response.done').response.output).toMatchObject([
      { type: 'function_call', status: 'incomplete', arguments: done.arguments },
    ]);
  });

  it('takes its output and waits to be asked for the rest', () => {
    const { send, clock, session, last, prompts, newTypes } = aSession({
      brain: () => ({ outputs: [lookUp] }),
    });
    send({ type: 'response.create' });
    clock.advance(1_000);
    const item = last('response.output_item.done').item;
    const call_id = item.type === 'function_call' ? item.call_id : '';
    newTypes();

    const output = '{"status":"shipped"}';
    send({ type: 'conversation.item.create', item: { type: 'function_call_output', call_id, output } });
    clock.advance(10_000);

    expect(newTypes()).toEqual(['conversation.item.added', 'conversation.item.done']);
    expect(last('conversation.item.added').previous_item_id).toBe(item.id);
    send({ type: 'response.create' });
    expect(prompts[1]?.items).toEqual([
      { type: 'call', callId: call_id, name: 'lookup_order', arguments: lookUp.arguments },
      { type: 'call_output', callId: call_id, output },
    ]);
    expect(session.entries).toHaveLength(2);
  });

  it('is offered only the functions of the session, or of the request, or none', () => {
    const tool = (name: string) => ({ type: 'function', name, parameters: { type: 'object' } });
    const { send, clock, prompts, configure } = aSession({ brain: () => ({ outputs: [] }) });
    configure({}, { tools: [tool('a'), tool('b')] });
    const ask = (response: object) => {
      send({ type: 'response.create', response });
      clock.advance(1_000);
    };

    ask({});
    ask({ tools: [tool('c')] });
    ask({ tool_choice: 'none' });

    expect(prompts.map(({ tools }) => tools.map(({ name }) => name))).toEqual([['a', 'b'], ['c'], []]);
  });
});
