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
    session.respond({ requestId: 'greeting', purpose: 'caller_turn' });
    send({ type: 'session.created', session: {} });

    const update = await receive('session.update');
    session.hear(new Uint8Array(960));
    const beforeConfirmed = [...events];
    send({ type: 'session.updated', session: update['session'] });
    await tells(1);
    session.hear(new Uint8Array([1, 2, 3]));
    await receive('input_audio_buffer.append');

    expect(received.slice(1).map(({ type }) => type)).toEqual([
      'response.create',
      'input_audio_buffer.append',
    ]);
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
        capabilities: {
          formats: { input: 'pcm24', output: 'pcm24' },
          truncates: true,
          cancels: true,
          hasTurnEvents: true,
          answersTurns: true,
          yieldsToSpeech: true,
          takesHistory: true,
          expiresAt: null,
          pacing: 'burst',
        },
      },
    ]);
    expect(received.at(-1)).toMatchObject({ type: 'input_audio_buffer.append', audio: 'AQID' });
  });

  it('knows when it will end, where the server says so', async () => {
    const server = await aModelServer();
    await server.opens((asked) => ({ ...asked, expires_at: 1_767_229_200 }));

    expect(server.events).toMatchObject([{ type: 'ready', capabilities: { expiresAt: 1_767_229_200_000 } }]);
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

    expect(events).toMatchObject([
      { type: 'ready', capabilities: { formats: { input: 'pcmu', output: 'pcmu' } } },
    ]);
  });

  it.each([
    ['A-law', { type: 'audio/pcma' }],
    ['another rate', { type: 'audio/pcm', rate: 16000 }],
  ])('S6: ends with a plain reason rather than static when the model speaks %s', async (_what, format) => {
    const { opens, events } = await aModelServer();

    await opens((asked) => ({ ...asked, audio: { input: {}, output: { format } } }));

    expect(events).toMatchObject([{ type: 'lost', reason: 'wrong_format', detail: `speaks_${format.type}` }]);
  });

  it('S6: takes what it asked for to be in force when the server does not say', async () => {
    const { opens, events } = await aModelServer({ defaults: { audio: 'pcmu' } });

    await opens(() => ({}));

    expect(events).toMatchObject([
      { type: 'ready', capabilities: { formats: { input: 'pcmu', output: 'pcmu' }, yieldsToSpeech: true } },
    ]);
  });

  it('S6: ends with a plain reason where the model notices no turns: nobody would be answered', async () => {
    const { opens, events } = await aModelServer();

    await opens((asked) => ({ ...asked, audio: { input: { turn_detection: null } } }));

    expect(events).toMatchObject([{ type: 'lost', reason: 'refused', detail: 'notices_no_turns' }]);
  });

  it.each([
    ['is silent about', () => ({})],
    ['names', (asked: Record<string, unknown>) => asked],
  ])('leaves turns to the caller’s keys where the server %s them', async (_how, inForce) => {
    const { opens, events } = await aModelServer({
      setup: { turnTaking: { detection: { type: 'manual' }, isLedByUs: true } },
    });

    await opens(inForce);

    expect(events).toMatchObject([
      { type: 'ready', capabilities: { answersTurns: false, yieldsToSpeech: false } },
    ]);
  });

  it('leads the turns where it asked to, whatever the server leaves out', async () => {
    const { detection } = SETUP.turnTaking;
    const { opens, events } = await aModelServer({ setup: { turnTaking: { detection, isLedByUs: true } } });

    await opens(() => ({ audio: { input: { turn_detection: {} } } }));

    expect(events).toMatchObject([
      { type: 'ready', capabilities: { answersTurns: false, yieldsToSpeech: false } },
    ]);
  });

  it('never lets the server’s own persona answer in place of the agent', async () => {
    const { opens, events } = await aModelServer();

    await opens((asked) => ({ ...asked, instructions: 'You are a pirate.' }));

    expect(events).toMatchObject([{ type: 'lost', reason: 'refused', detail: 'instructions_not_in_force' }]);
  });

  it.each([
    ['their lines and spaces', (text: string) => ` ${text.replaceAll('\n', '\r\n')}\n`, []],
    ['their accents', (text: string) => text.normalize('NFD'), []],
    [
      'a preamble of its own',
      (text: string) => `You speak with a person.\n${text}`,
      [{ type: 'problem', code: 'instructions_added_to' }],
    ],
  ])('goes by its instructions though the server changes %s', async (_what, change, noted) => {
    const { opens, tells } = await aModelServer({ setup: { instructions: 'Be brief.\nCafé Müller.' } });

    await opens((asked) => ({ ...asked, instructions: change(String(asked['instructions'])) }));

    expect(await tells(noted.length + 1)).toMatchObject([...noted, { type: 'ready' }]);
  });

  it.each([
    ['the end of them is missing', 'Be brief.'],
    ['there are none', ''],
  ])('never speaks when %s', async (_what, instructions) => {
    const { opens, events } = await aModelServer({ setup: { instructions: 'Be brief. Give no advice.' } });

    await opens((asked) => ({ ...asked, instructions }));

    expect(events).toMatchObject([{ type: 'lost', reason: 'refused', detail: 'instructions_not_in_force' }]);
  });

  it('tries again when the server has an error of its own', async () => {
    const { isOpen, send, tells } = await aModelServer();
    await isOpen();
    send({ type: 'session.created', session: {} });

    send({ type: 'error', error: { type: 'server_error', code: null, message: 'x' } });

    expect(await tells(1)).toMatchObject([{ type: 'problem', code: 'tries_again_server_error' }]);
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
});
