import { describe, expect, it, vi } from 'vitest';
import { authorization, hintFor } from '../../../src/models/openai/access.ts';
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

    expect(await tells(1)).toMatchObject([{ type: 'lost', reason: 'refused', detail: 'invalid_value' }]);
  });

  it.each(['sk-…', 'sk-two\nlines'])(
    'C4: tells a key that no header can carry for what it is, once the call has its session',
    async (secret) => {
      const { events, tells, clock, requests } = await aModelServer({ key: { kind: 'bearer', secret } });
      const atOnce = [...events];

      clock.advance(0);

      expect(atOnce).toEqual([]);
      expect(await tells(1)).toMatchObject([{ type: 'lost', reason: 'refused', detail: 'ERR_INVALID_CHAR' }]);
      expect([requests.length, clock.timers]).toEqual([0, 0]);
    },
  );

  it('says nothing of a key that no header can carry when the call has ended already', async () => {
    const { session, events, clock } = await aModelServer({ key: { kind: 'bearer', secret: 'sk-…' } });

    session.close();
    clock.advance(1_000);

    expect([events, clock.timers]).toEqual([[], 0]);
  });

  it('does not try again for a call that ends when it hears of the first try', async () => {
    const server = await aModelServer({ handshake: { status: 503 } });
    server.onProblem = () => server.session.close();

    await server.tells(1);

    expect([server.requests.length, server.clock.timers]).toEqual([1, 0]);
  });

  it('says what it wants once to a server that says again and again that it is there', async () => {
    const { isOpen, send, receive, received, tells, clock } = await aModelServer();
    await isOpen();
    send({ type: 'session.created', session: {} });
    const update = await receive('session.update');

    for (let times = 0; times < 100; times++) send({ type: 'session.created', session: {} });
    send({ type: 'session.updated', session: update['session'] });
    await tells(1);
    send({ type: 'error', error: { code: 'session_expired' } });
    await tells(2);

    expect(received.map(({ type }) => type)).toEqual(['session.update']);
    expect(clock.timers).toBe(0);
  });

  it('tries another time where a server says again that it is there instead of being set up', async () => {
    const { isOpen, send, receive, tells, socket, clock } = await aModelServer();
    await isOpen();
    send({ type: 'session.created', session: {} });
    await receive('session.update');
    send({ type: 'session.created', session: {} });
    const isHeard = new Promise((resolve) => socket()?.once('pong', resolve));
    socket()?.ping();
    await isHeard;

    clock.advance(3_100);

    expect(await tells(1)).toEqual([{ type: 'problem', code: 'tries_again_not_ready_in_time' }]);
  });

  it('P5: keeps what a server says in place of a code out of the record', async () => {
    const words = `Maria Smith of 12 Elm Street said ${'so '.repeat(600)}`;
    const server = await aModelServer();
    await server.isOpen();
    server.send({ type: 'session.created', session: {} });
    await server.receive('session.update');

    server.send({ type: 'error', error: { code: words, message: words } });

    expect(await server.tells(1)).toMatchObject([
      { type: 'lost', reason: 'refused', detail: 'unreadable_code' },
    ]);
  });

  it('P5: keeps what a server says in place of a sound format out of the record', async () => {
    const { opens, events } = await aModelServer();

    await opens((asked) => ({ ...asked, audio: { output: { format: { type: 'Maria Smith' } } } }));

    expect(events).toMatchObject([{ type: 'lost', reason: 'wrong_format', detail: 'unreadable_code' }]);
  });

  it.each([
    [401, 'refused'],
    [403, 'refused'],
    [404, 'refused'],
  ] as const)('C4: is told by %i at once that no other try would help', async (status, reason) => {
    const { tells, requests, clock } = await aModelServer({ handshake: { status } });

    expect(await tells(1)).toMatchObject([{ type: 'lost', reason, detail: `http_${status}` }]);
    expect([requests.length, clock.timers]).toEqual([1, 0]);
  });

  it.each([
    [429, 'limited'],
    [500, 'unreachable'],
    [503, 'unreachable'],
  ] as const)('C4: tries three times where the handshake is answered with %i: %s', async (status, reason) => {
    const { tells, requests, clock } = await aModelServer({ handshake: { status } });

    await tells(1);
    clock.advance(200);
    await tells(2);
    clock.advance(1_000);
    const events = await tells(3);

    const triesAgain = { type: 'problem', code: `tries_again_http_${status}` };
    expect(events).toMatchObject([
      triesAgain,
      triesAgain,
      { type: 'lost', reason, detail: `http_${status}` },
    ]);
    expect([requests.length, clock.timers]).toEqual([3, 0]);
  });

  it('C4: is answered by a server that was out of order at the first try', async () => {
    const server = await aModelServer({ handshakes: [{ status: 503 }, 'accept'] });
    await server.tells(1);
    server.clock.advance(200);

    await server.opens();

    expect(await server.tells(2)).toMatchObject([
      { type: 'problem', code: 'tries_again_http_503' },
      { type: 'ready' },
    ]);
  });

  it('C4: leaves a server alone for as long as it asks, and comes no later than anybody waits', async () => {
    const patient = await aModelServer({ handshakes: [{ status: 429, retryAfterS: 3 }, 'accept'] });
    await patient.tells(1);
    patient.clock.advance(2_900);
    const early = patient.requests.length;
    patient.clock.advance(200);
    await patient.opens();

    const busy = await aModelServer({ handshake: { status: 429, retryAfterS: 60 } });

    expect(early).toBe(1);
    expect(await patient.tells(2)).toMatchObject([{ type: 'problem' }, { type: 'ready' }]);
    expect(await busy.tells(1)).toMatchObject([{ type: 'lost', reason: 'limited' }]);
  });

  it('C4: never comes back to a server that waits for instructions with those of an earlier try', async () => {
    let know: (instructions: string) => void = () => {};
    const instructions = new Promise<string>((resolve) => {
      know = resolve;
    });
    const server = await aModelServer({ handshakes: ['accept', 'accept'], setup: { instructions } });
    await server.isOpen();
    server.send({ type: 'session.created', session: {} });
    server.socket()?.close(1011);
    await server.tells(1);
    server.clock.advance(200);
    await vi.waitFor(() => expect(server.requests).toHaveLength(2));
    await server.isOpen();

    know('Be brief.');
    await server.opens();

    expect(server.received.filter(({ type }) => type === 'session.update')).toHaveLength(1);
  });

  it.each([
    [4000, 'invalid_request_error.missing_model', 'refused'],
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

  it.each([
    ['that accepts and then says nothing', 'accept'],
    ['that does not answer the handshake', 'hang'],
  ] as const)(
    'C4: tries a server %s again after three seconds, and gives up after eight',
    async (_what, handshake) => {
      const { requests, clock, events, tells } = await aModelServer({ handshake });
      await vi.waitFor(() => expect(requests).toHaveLength(1));

      clock.advance(3_300);
      await vi.waitFor(() => expect(requests).toHaveLength(2));
      const early = [...events];
      clock.advance(4_700);
      const triesAgain = { type: 'problem', code: 'tries_again_not_ready_in_time' };
      const lost = { type: 'lost', reason: 'unreachable', detail: 'not_ready_in_time' };

      expect(early).toEqual([triesAgain]);
      expect((await tells(2)).at(-1)).toMatchObject(lost);
      expect(clock.timers).toBe(0);
    },
  );

  it('tells which host nobody answers at, which variable has it and what to do', async () => {
    const { tells, clock } = await aModelServer({ baseUrl: 'http://127.0.0.1:1/v1' });
    for (let tries = 1; tries <= 2; tries++) {
      await tells(tries);
      clock.advance(1_000);
    }

    expect((await tells(3)).at(-1)).toMatchObject({
      type: 'lost',
      reason: 'unreachable',
      detail: 'ECONNREFUSED',
      hint: expect.stringMatching(/^127\.0\.0\.1:1, from OPENAI_BASE_URL, .*correct OPENAI_BASE_URL/),
    });
  });

  it('says where a key is missing that is asked for after all', () => {
    const access = { baseUrl: 'https://models.example/v1', model: 'm', key: null };

    expect(authorization(null)).toEqual({});
    expect(hintFor(access, 'http_401')).toMatch(/asks for a key \(401\)\. Set OPENAI_API_KEY/);
  });

  it.each([
    ['http_401', /does not accept the key \(401\)\. Check OPENAI_API_KEY/],
    ['http_404', /has nothing at \/v1\/realtime, or no model gpt-realtime-2\.1/],
    ['http_429', /takes no more conversations/],
    ['http_503', /out of order \(503\)/],
    ['ENOTFOUND', /has no address: no such host is known .*Correct OPENAI_BASE_URL/],
    ['ECONNREFUSED', /nothing listens there/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', /a certificate that is not trusted/],
    ['not_ready_in_time', /opened no conversation in time/],
    ['instructions_not_in_force', /an agent never speaks without them/],
    ['speaks_audio/pcma', /REALTIME_AUDIO/],
    ['anything_else', /opened no conversation \(anything_else\)/],
  ])('says of %s what it means and what to do, and nothing that is secret', (detail, sentence) => {
    const access = {
      baseUrl: 'https://user:word@models.example/v1?tenant=7',
      model: 'gpt-realtime-2.1',
      key: { kind: 'bearer', secret: 'sk-secret' },
    } as const;

    const hint = hintFor(access, detail);

    expect(hint).toMatch(sentence);
    expect(hint).toMatch(/^models\.example, from OPENAI_BASE_URL, /);
    expect(hint).not.toMatch(/sk-|word|tenant/);
  });

  it('leaves nothing open when the call ends between two tries', async () => {
    const { session, requests, clock, tells } = await aModelServer({ handshake: { status: 503 } });
    await tells(1);

    session.close();
    clock.advance(10_000);

    expect([requests.length, clock.timers]).toEqual([1, 0]);
  });

  it('leaves nothing open when the call ends while it is still connecting', async () => {
    const { session, requests, clock, events } = await aModelServer({ handshake: 'hang' });
    await vi.waitFor(() => expect(requests).toHaveLength(1));

    session.close();
    await vi.waitFor(() => expect(requests[0]?.socket.destroyed).toBe(true));

    expect([events, clock.timers]).toEqual([[], 0]);
  });
});
