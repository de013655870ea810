import { describe, expect, it, vi } from 'vitest';
import { aSession, part, settled } from '../../support/an-open-session.ts';

describe('a truncation that the server refuses', () => {
  const refusal = (fields: object) => ({
    type: 'error',
    error: { type: 'invalid_request_error', message: 'x', ...fields },
  });

  it('B6: is corrected once to what the server has', async () => {
    const server = await aSession();
    server.session.truncate(part, 5000);
    const { event_id } = await server.receive('conversation.item.truncate');

    server.send(refusal({ event_id, message: 'Audio content of 4980ms is already shorter than 5000ms' }));
    await vi.waitFor(() => expect(server.received).toHaveLength(2));
    server.send(refusal({ event_id, message: 'Audio content of 4970ms is already shorter than 4980ms' }));
    await settled(server);

    expect(server.received[1]).toMatchObject({ item_id: 'i1', content_index: 0, audio_end_ms: 4980 });
    expect(server.received).toHaveLength(2);
    expect(server.events).toEqual([]);
  });

  it('B6: is known by the length it quotes when the server does not say which one it means', async () => {
    const server = await aSession();
    server.session.truncate(part, 5000);
    server.session.truncate({ ...part, itemId: 'i2' }, 700);

    server.send(
      refusal({
        event_id: null,
        code: 'invalid_value',
        message: 'Audio content of 650ms is already shorter than 700ms',
      }),
    );
    await vi.waitFor(() => expect(server.received).toHaveLength(3));

    expect(server.received[2]).toMatchObject({ item_id: 'i2', audio_end_ms: 650 });
  });

  it('B6: takes an item out of the conversation that cannot be cut and of which nothing was heard', async () => {
    const server = await aSession();
    server.session.truncate(part, 0);
    const { event_id } = await server.receive('conversation.item.truncate');

    server.send(refusal({ event_id, code: 'unsupported_content_type' }));

    expect(await server.receive('conversation.item.delete')).toMatchObject({ item_id: 'i1' });
  });

  it.each([
    ['an unknown item', { code: 'item_truncate_invalid_item_id' }],
    ['an item of text', { code: 'unsupported_content_type' }],
    ['no code at all', { message: 'Audio content of 1ms is already shorter than 9ms', code: null }],
  ])('B6: is dropped over %s, and disturbs nothing', async (_what, fields) => {
    const server = await aSession();
    server.session.truncate(part, 1234);
    await server.receive('conversation.item.truncate');

    server.send(refusal(fields));
    await settled(server);

    expect(server.received).toHaveLength(1);
    expect(server.events).toEqual([]);
  });
});
