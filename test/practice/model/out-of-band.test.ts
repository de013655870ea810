import { describe, expect, it } from 'vitest';
import { aSession } from './support/rig.ts';

const say = (text: string) => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
});

describe('an answer beside the conversation', () => {
  const aside = (extra: object = {}) => ({
    type: 'response.create',
    response: {
      conversation: 'none',
      output_modalities: ['text'],
      metadata: { purpose: 'summary' },
      ...extra,
    },
  });

  it('runs beside the one in it and leaves no trace', () => {
    const { send, clock, of, session, types } = aSession();
    send({ type: 'response.create' });
    send(aside());
    send(aside());
    clock.advance(5_000);

    const done = of('response.done').map(({ response }) => [
      response.conversation_id === null,
      response.status,
    ]);
    expect(done).toHaveLength(3);
    expect(done.filter(([isAside]) => isAside)).toEqual([
      [true, 'completed'],
      [true, 'completed'],
    ]);
    expect(of('error')).toEqual([]);
    expect(session.entries).toHaveLength(1);
    expect(types().filter((type) => type === 'conversation.item.added')).toHaveLength(1);
    expect(
      of('response.done').find(({ response }) => response.conversation_id === null)?.response.metadata,
    ).toEqual({
      purpose: 'summary',
    });
  });

  it('is not stopped by the caller, only by its id', () => {
    const { send, clock, hear, of, last } = aSession({
      brain: () => ({ outputs: [{ type: 'text', text: 'word '.repeat(400) }] }),
    });
    send(aside());
    const { id } = last('response.created').response;
    clock.advance(200);
    hear(400, 300);
    send({ type: 'response.cancel' });
    expect(of('response.done')).toEqual([]);

    send({ type: 'response.cancel', response_id: id });

    expect(last('response.done').response).toMatchObject({ id, status: 'cancelled' });
  });

  it('reads its own input, with references into the conversation', () => {
    const { send, prompts } = aSession();
    send(say('Where is my order?'));
    send({
      type: 'conversation.item.create',
      item: {
        id: 'known',
        type: 'message',
        role: 'user',
        content: [{ type: 'input_text', text: 'Number 7.' }],
      },
    });

    send(
      aside({
        input: [
          { type: 'item_reference', id: 'known' },
          { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Sales or support?' }] },
        ],
      }),
    );
    send(aside({ input: [] }));

    expect(prompts[0]?.items.map((item) => ('text' in item ? item.text : ''))).toEqual([
      'Number 7.',
      'Sales or support?',
    ]);
    expect(prompts[0]?.isOutOfBand).toBe(true);
    expect(prompts[1]?.items).toEqual([]);
  });

  it('refuses a reference to what is not there', () => {
    const { send, last } = aSession();

    send(aside({ input: [{ type: 'item_reference', id: 'nothing' }] }));

    expect(last('error').error).toMatchObject({ code: 'invalid_value', param: 'response.input[0].id' });
  });

  it('has a limit to how many there are', () => {
    const { send, of } = aSession();

    for (let count = 0; count < 40; count++) send(aside());

    expect(of('response.created')).toHaveLength(32);
    expect(of('error')[0]?.error.code).toBe('rate_limit_exceeded');
  });
});
