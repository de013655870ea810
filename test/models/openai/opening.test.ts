import { describe, expect, it, vi } from 'vitest';
import { realtimeAddress } from '../../../src/models/openai/index.ts';
import { aModelServer, SETUP } from '../../support/a-model-server.ts';

const key = { kind: 'bearer', secret: 's' } as const;

describe('the address of a model', () => {
  it.each([
    ['https://api.openai.com/v1', 'wss://api.openai.com/v1/realtime?model=gpt-realtime-2.1'],
    ['http://127.0.0.1:9000/v1', 'ws://127.0.0.1:9000/v1/realtime?model=gpt-realtime-2.1'],
    [
      'https://me.openai.azure.com/openai/v1/',
      'wss://me.openai.azure.com/openai/v1/realtime?model=gpt-realtime-2.1',
    ],
    [
      'https://gateway.example/v1?tenant=7',
      'wss://gateway.example/v1/realtime?tenant=7&model=gpt-realtime-2.1',
    ],
  ])('is derived from its base address %s', (baseUrl, address) => {
    expect(realtimeAddress({ baseUrl, model: 'gpt-realtime-2.1', key })).toBe(address);
  });
});

describe('opening a session', () => {
  it('shows its key, and no beta header', async () => {
    const { requests, isOpen } = await aModelServer();
    await isOpen();

    expect(requests[0]?.headers.authorization).toBe('Bearer sk-secret');
    expect(requests[0]?.headers['openai-beta']).toBeUndefined();
    expect(requests[0]?.headers['sec-websocket-extensions']).toBeUndefined();
  });

  it('says everything it wants in one update, and lets no sound flow before that is confirmed', async () => {
    const { session, send, receive, received, isOpen, events, tells } = await aModelServer({
      setup: { language: 'en' },
    });
    await isOpen();
    session.hear(new Uint8Array(960));
    session.respond({ wantId: 'greeting' });
    send({ type: 'session.created', session: {} });

    const update = await receive('session.update');
    session.hear(new Uint8Array(960));
    const beforeConfirmed = [...events];
    send({ type: 'session.updated', session: update['session'] });
    await tells(1);
    session.hear(new Uint8Array([1, 2, 3]));
    await receive('input_audio_buffer.append');

    expect(update['session']).toEqual({
      type: 'realtime',
      output_modalities: ['audio'],
      instructions: 'Be brief.',
      tools: [],
      audio: {
        input: {
          format: { type: 'audio/pcm', rate: 24000 },
          noise_reduction: { type: 'near_field' },
          transcription: { model: 'gpt-realtime-whisper', language: 'en' },
          turn_detection: {
            type: 'server_vad',
            threshold: 0.5,
            prefix_padding_ms: 300,
            silence_duration_ms: 500,
            create_response: true,
            interrupt_response: true,
          },
        },
        output: { format: { type: 'audio/pcm', rate: 24000 }, voice: 'marin' },
      },
    });
    expect(beforeConfirmed).toEqual([]);
    expect(events).toEqual([
      {
        type: 'ready',
        traits: { input: 'pcm24', output: 'pcm24', answersTurns: true, yieldsToSpeech: true },
      },
    ]);
    expect(received.slice(1)).toEqual([{ type: 'input_audio_buffer.append', audio: 'AQID' }]);
  });

  it('asks for semantic voice detection where the agent wants it', async () => {
    const { receive, send, isOpen } = await aModelServer({
      setup: { turnTaking: { detection: { type: 'semantic_vad', eagerness: 'low' }, isLedByUs: false } },
    });
    await isOpen();
    send({ type: 'session.created', session: {} });

    expect(await receive('session.update')).toMatchObject({
      session: {
        audio: {
          input: {
            turn_detection: {
              type: 'semantic_vad',
              eagerness: 'low',
              create_response: true,
              interrupt_response: true,
            },
          },
        },
      },
    });
  });

  it('S6: uses the format that is in force when it is another one than was asked for', async () => {
    const { opens, events } = await aModelServer();

    await opens((asked) => ({
      ...asked,
      audio: { input: { format: { type: 'audio/pcmu' } }, output: { format: { type: 'audio/pcmu' } } },
    }));

    expect(events).toMatchObject([{ type: 'ready', traits: { input: 'pcmu', output: 'pcmu' } }]);
  });

  it.each([
    ['A-law', { type: 'audio/pcma' }],
    ['another rate', { type: 'audio/pcm', rate: 16000 }],
  ])('S6: ends with a plain reason rather than static when the model speaks %s', async (_what, format) => {
    const { opens, events } = await aModelServer();

    await opens((asked) => ({ ...asked, audio: { input: {}, output: { format } } }));

    expect(events).toEqual([{ type: 'lost', reason: 'wrong_format', detail: `speaks_${format.type}` }]);
  });

  it('S6: takes what it asked for to be in force when the server does not say', async () => {
    const { opens, events } = await aModelServer({ defaults: { audio: 'pcmu' } });

    await opens(() => ({}));

    expect(events).toMatchObject([
      { type: 'ready', traits: { input: 'pcmu', output: 'pcmu', yieldsToSpeech: true } },
    ]);
  });

  it('S6: ends with a plain reason where the model notices no turns: nobody would be answered', async () => {
    const { opens, events } = await aModelServer();

    await opens((asked) => ({ ...asked, audio: { input: { turn_detection: null } } }));

    expect(events).toEqual([{ type: 'lost', reason: 'refused', detail: 'notices_no_turns' }]);
  });

  it.each([
    ['is silent about', () => ({})],
    ['names', (asked: Record<string, unknown>) => asked],
  ])('leaves turns to the caller’s keys where the server %s them', async (_how, inForce) => {
    const { opens, events } = await aModelServer({
      setup: { turnTaking: { detection: { type: 'manual' }, isLedByUs: true } },
    });

    await opens(inForce);

    expect(events).toMatchObject([{ type: 'ready', traits: { answersTurns: false, yieldsToSpeech: false } }]);
  });

  it('leads the turns where it asked to, whatever the server leaves out', async () => {
    const { detection } = SETUP.turnTaking;
    const { opens, events } = await aModelServer({ setup: { turnTaking: { detection, isLedByUs: true } } });

    await opens(() => ({ audio: { input: { turn_detection: {} } } }));

    expect(events).toMatchObject([{ type: 'ready', traits: { answersTurns: false, yieldsToSpeech: false } }]);
  });

  it('never lets the server’s own persona answer in place of the agent', async () => {
    const { opens, events } = await aModelServer();

    await opens((asked) => ({ ...asked, instructions: 'You are a pirate.' }));

    expect(events).toEqual([{ type: 'lost', reason: 'refused', detail: 'instructions_not_in_force' }]);
  });

  it.each([
    ['transcription', 'session.audio.input.transcription.model', ['audio', 'input', 'transcription']],
    ['noise reduction', 'session.audio.input.noise_reduction', ['audio', 'input', 'noise_reduction']],
    ['voice', 'session.audio.output.voice', ['audio', 'output', 'voice']],
  ])('does without the %s that the server refuses, and notes it', async (_what, param, path) => {
    const { send, receive, received, isOpen, tells } = await aModelServer();
    await isOpen();
    send({ type: 'session.created', session: {} });
    await receive('session.update');

    send({
      type: 'error',
      error: { type: 'invalid_request_error', code: 'invalid_value', param, message: 'no' },
    });
    await vi.waitFor(() => expect(received).toHaveLength(2));
    send({ type: 'session.updated', session: received[1]?.['session'] });

    expect(await tells(2)).toMatchObject([
      { type: 'problem', code: `does_without_${path.at(-1)}` },
      { type: 'ready' },
    ]);
    expect(received[0]?.['session']).toHaveProperty(path);
    expect(received[1]?.['session']).not.toHaveProperty(path);
  });

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
