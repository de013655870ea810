import { describe, expect, it, vi } from 'vitest';
import { aModelServer } from '../../support/a-model-server.ts';

describe('opening a session', () => {
  it('gives up when the server refuses what no agent can do without', async () => {
    const { send, receive, isOpen, tells } = await aModelServer();
    await isOpen();
    send({ type: 'session.created', session: {} });
    await receive('session.update');

    send({
      type: 'error',
      error: { code: 'invalid_value', param: 'session.instructions', message: 'too long' },
    });

    expect(await tells(1)).toEqual([{ type: 'lost', reason: 'refused', detail: 'invalid_value' }]);
  });

  it.each(['sk-…', 'sk-two\nlines'])(
    'C4: tells a key that no header can carry for what it is, once the call has its session',
    async (secret) => {
      const { events, tells, clock, requests } = await aModelServer({ key: { kind: 'bearer', secret } });
      const atOnce = [...events];

      clock.advance(0);

      expect(atOnce).toEqual([]);
      expect(await tells(1)).toEqual([{ type: 'lost', reason: 'refused', detail: 'ERR_INVALID_CHAR' }]);
      expect([requests.length, clock.timers]).toEqual([0, 0]);
    },
  );

  it('says nothing of a key that no header can carry when the call has ended already', async () => {
    const { session, events, clock } = await aModelServer({ key: { kind: 'bearer', secret: 'sk-…' } });

    session.close();
    clock.advance(1_000);

    expect([events, clock.timers]).toEqual([[], 0]);
  });

  it('P5: keeps what a server says in place of a code out of the record', async () => {
    const words = `Maria Smith of 12 Elm Street said ${'so '.repeat(600)}`;
    const server = await aModelServer();
    await server.isOpen();
    server.send({ type: 'session.created', session: {} });
    await server.receive('session.update');

    server.send({ type: 'error', error: { code: words, message: words } });

    expect(await server.tells(1)).toEqual([{ type: 'lost', reason: 'refused', detail: 'unreadable_code' }]);
  });

  it('P5: keeps what a server says in place of a sound format out of the record', async () => {
    const { opens, events } = await aModelServer();

    await opens((asked) => ({ ...asked, audio: { output: { format: { type: 'Maria Smith' } } } }));

    expect(events).toEqual([{ type: 'lost', reason: 'wrong_format', detail: 'unreadable_code' }]);
  });

  it.each([
    [401, 'refused'],
    [403, 'refused'],
    [404, 'refused'],
    [429, 'limited'],
    [500, 'unreachable'],
    [503, 'unreachable'],
  ] as const)('C4: tells a handshake answered with %i for what it is: %s', async (status, reason) => {
    const { tells } = await aModelServer({ handshake: { status } });

    expect(await tells(1)).toEqual([{ type: 'lost', reason, detail: `http_${status}` }]);
  });

  it.each([
    [4000, 'invalid_request_error.missing_model', 'refused'],
    [1011, '', 'unreachable'],
    [1001, 'Your session hit the maximum duration of 60 minutes.', 'expired'],
  ] as const)(
    'C4: tells a socket closed with %i before it was ready for what it is',
    async (code, why, reason) => {
      const { isOpen, socket, tells } = await aModelServer();
      await isOpen();

      socket()?.close(code, why);

      expect((await tells(1))[0]).toMatchObject({ type: 'lost', reason });
    },
  );

  it('C4: gives up on a server that accepts and then says nothing', async () => {
    const { isOpen, clock, events } = await aModelServer();
    await isOpen();

    clock.advance(6_000);

    expect(events).toEqual([{ type: 'lost', reason: 'unreachable', detail: 'not_ready_in_time' }]);
  });

  it('C4: gives up on a server that does not answer the handshake', async () => {
    const { requests, clock, events } = await aModelServer({ handshake: 'hang' });
    await vi.waitFor(() => expect(requests).toHaveLength(1));

    clock.advance(6_000);

    expect(events).toEqual([{ type: 'lost', reason: 'unreachable', detail: 'not_ready_in_time' }]);
  });

  it('leaves nothing open when the call ends while it is still connecting', async () => {
    const { session, requests, clock, events } = await aModelServer({ handshake: 'hang' });
    await vi.waitFor(() => expect(requests).toHaveLength(1));

    session.close();
    await vi.waitFor(() => expect(requests[0]?.socket.destroyed).toBe(true));

    expect([events, clock.timers]).toEqual([[], 0]);
  });
});
