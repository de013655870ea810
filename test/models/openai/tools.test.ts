import Ajv from 'ajv/dist/2020.js';
import { describe, expect, it, vi } from 'vitest';
import schema from '../../../fixtures/openai/realtime-events.schema.json' with { type: 'json' };
import { aModelServer } from '../../support/a-model-server.ts';

const isClientEvent = new Ajv.default({ strict: false }).compile({
  ...schema,
  anyOf: [{ $ref: '#/$defs/ClientEventStrict' }],
});

async function aSession(options: Parameters<typeof aModelServer>[0] = {}) {
  const server = await aModelServer(options);
  await server.opens();
  server.events.length = 0;
  server.received.length = 0;
  return server;
}

const call = (status: string) => ({
  id: 'f1',
  type: 'function_call',
  status,
  name: 'order_status',
  call_id: 'call_1',
  arguments: '{"number":"4217"}',
});

const LOOK_UP = {
  name: 'order_status',
  description: 'Says how far an order is.',
  parameters: { type: 'object', properties: { number: { type: 'string' } } },
};

describe('tools, over the Realtime API', () => {
  it('are offered with their schemas, beside servers of tools the model asks by itself', async () => {
    const { receive } = await (async () => {
      const server = await aModelServer({
        setup: {
          tools: [LOOK_UP],
          remoteTools: [{ label: 'crm', url: 'https://crm.example/mcp', allowed: ['find'] }],
        },
      });
      await server.opens();
      return server;
    })();

    expect(await receive('session.update')).toMatchObject({
      session: {
        tools: [
          { type: 'function', ...LOOK_UP },
          {
            type: 'mcp',
            server_label: 'crm',
            server_url: 'https://crm.example/mcp',
            allowed_tools: ['find'],
            require_approval: 'never',
          },
        ],
      },
    });
  });

  it('L3: tells of a call once it is completely put, and once only', async () => {
    const { send, tells, events } = await aSession();
    send({ type: 'response.created', response: { id: 'r1' } });
    send({ type: 'response.output_item.done', response_id: 'r1', output_index: 0, item: call('incomplete') });
    send({ type: 'response.output_item.done', response_id: 'r1', output_index: 0, item: call('completed') });
    send({ type: 'response.done', response: { id: 'r1', status: 'completed', output: [call('completed')] } });

    await tells(3);

    expect(events.filter(({ type }) => type === 'tool_call')).toEqual([
      {
        type: 'tool_call',
        responseId: 'r1',
        itemId: 'f1',
        call: { callId: 'call_1', name: 'order_status', arguments: '{"number":"4217"}' },
      },
    ]);
  });

  it('hands back what they said, and hears when it was taken', async () => {
    const { session, send, receive, tells } = await aSession();
    session.add({ type: 'tool_output', toolCallId: 'call_1', output: '{"state":"ready"}' });

    const message = await receive('conversation.item.create');
    expect(isClientEvent(message)).toBe(true);
    expect(message).toMatchObject({
      item: { type: 'function_call_output', call_id: 'call_1', output: '{"state":"ready"}' },
    });

    send({ type: 'conversation.item.added', item: { id: 'o1', ...(message['item'] as object) } });
    expect(await tells(1)).toEqual([{ type: 'tool_output_taken', toolCallId: 'call_1' }]);
  });

  it('says what an answer cost', async () => {
    const { send, tells } = await aSession();
    send({
      type: 'response.done',
      response: {
        id: 'r1',
        status: 'completed',
        usage: {
          total_tokens: 150,
          input_token_details: {
            text_tokens: 60,
            audio_tokens: 40,
            cached_tokens: 32,
            cached_tokens_details: { text_tokens: 32, audio_tokens: 0 },
          },
          output_token_details: { text_tokens: 10, audio_tokens: 40 },
        },
      },
    });

    expect((await tells(2)).at(-1)).toEqual({
      type: 'response_done',
      responseId: 'r1',
      outcome: 'completed',
      usage: {
        textIn: 60,
        audioIn: 40,
        imageIn: 0,
        cachedTextIn: 32,
        cachedAudioIn: 0,
        cachedImageIn: 0,
        textOut: 10,
        audioOut: 40,
      },
    });
  });
});

describe('what the caller’s words in writing cost', () => {
  it.each([
    [
      'by the token',
      {
        type: 'tokens',
        input_tokens: 17,
        input_token_details: { text_tokens: 2, audio_tokens: 15 },
        output_tokens: 9,
      },
      { textIn: 2, audioIn: 15, textOut: 9, seconds: 0 },
    ],
    [
      'by the token, without details',
      { type: 'tokens', input_tokens: 17, output_tokens: 9 },
      { textIn: 0, audioIn: 17, textOut: 9, seconds: 0 },
    ],
    ['by the second', { type: 'duration', seconds: 4 }, { textIn: 0, audioIn: 0, textOut: 0, seconds: 4 }],
  ])('is told with them, %s', async (_how, usage, transcription) => {
    const { send, tells } = await aSession();
    const type = 'conversation.item.input_audio_transcription.completed';
    send({ type, item_id: 'u1', content_index: 0, transcript: 'Hello?', usage });

    expect((await tells(1))[0]).toEqual({
      type: 'caller_words',
      itemId: 'u1',
      text: 'Hello?',
      transcription: { model: 'gpt-realtime-whisper', ...transcription },
    });
  });
});

describe('turns other than spoken ones', () => {
  it('is told what it said itself, in an earlier session', async () => {
    const { session, receive } = await aSession();
    session.add({ type: 'text', from: 'agent', text: 'We are open until six.' });

    expect(await receive('conversation.item.create')).toMatchObject({
      item: { role: 'assistant', content: [{ type: 'output_text', text: 'We are open until six.' }] },
    });
  });

  it('puts words and pictures into the conversation', async () => {
    const { session, received } = await aSession();
    session.add({ type: 'text', from: 'caller', text: 'In writing.' });
    session.add({ type: 'text', from: 'house', text: 'The caller is a regular.' });
    session.add({ type: 'image', dataUrl: 'data:image/png;base64,AAAA' });

    await vi.waitFor(() => expect(received).toHaveLength(3));

    for (const message of received) expect(isClientEvent(message)).toBe(true);
    expect(received.map((message) => message['item'])).toMatchObject([
      { role: 'user', content: [{ type: 'input_text', text: 'In writing.' }] },
      { role: 'system', content: [{ type: 'input_text', text: 'The caller is a regular.' }] },
      { role: 'user', content: [{ type: 'input_image', image_url: 'data:image/png;base64,AAAA' }] },
    ]);
  });

  it('asks beside the conversation, and keeps the answer out of it', async () => {
    const { session, send, receive, tells, events } = await aSession();
    session.askOutOfBand({ askId: 'a1', instructions: 'Summarise.', input: 'The transcript.' });
    const request = await receive('response.create');
    expect(isClientEvent(request)).toBe(true);
    expect(request).toMatchObject({ response: { conversation: 'none', output_modalities: ['text'] } });

    const { metadata } = request['response'] as { metadata: object };
    send({ type: 'response.created', response: { id: 'r9', conversation_id: null, metadata } });
    send({ type: 'response.output_text.delta', response_id: 'r9', item_id: 'i9', delta: 'A sum' });
    send({
      type: 'response.done',
      response: {
        id: 'r9',
        status: 'completed',
        metadata,
        usage: { input_token_details: { text_tokens: 900 }, output_token_details: { text_tokens: 30 } },
        output: [
          { type: 'message', status: 'completed', content: [{ type: 'output_text', text: 'A summary.' }] },
        ],
      },
    });
    await tells(1);

    expect(events).toMatchObject([
      { type: 'out_of_band_answered', askId: 'a1', text: 'A summary.', usage: { textIn: 900, textOut: 30 } },
    ]);
  });

  it('knows an aside by its place where a server repeats no metadata', async () => {
    const { session, send, receive, tells, events } = await aSession();
    session.askOutOfBand({ askId: 'a1', instructions: 'Summarise.' });
    await receive('response.create');
    send({ type: 'response.created', response: { id: 'r9', conversation_id: null } });
    send({ type: 'response.done', response: { id: 'r9', status: 'failed' } });
    await tells(1);

    expect(events).toEqual([{ type: 'out_of_band_answered', askId: 'a1', text: null, usage: null }]);
  });

  it('says so when an aside is refused', async () => {
    const { session, send, receive, tells } = await aSession();
    session.askOutOfBand({ askId: 'a1', instructions: 'Summarise.' });
    const { event_id } = await receive('response.create');
    send({ type: 'error', error: { type: 'invalid_request_error', code: 'bad', event_id } });

    expect((await tells(1))[0]).toEqual({ type: 'out_of_band_answered', askId: 'a1', text: null });
  });

  it('leaves turns to the caller’s side where the agent wants it so', async () => {
    const server = await aModelServer({
      setup: { turnTaking: { detection: { type: 'manual' }, isLedByUs: true } },
    });
    await server.opens();
    expect(await server.receive('session.update')).toMatchObject({
      session: { audio: { input: { turn_detection: null } } },
    });
    expect(server.events).toMatchObject([
      { type: 'ready', capabilities: { answersTurns: false, yieldsToSpeech: false } },
    ]);

    server.session.discardTurn();
    server.session.commitTurn();

    expect(await server.receive('input_audio_buffer.clear')).toBeDefined();
    expect(await server.receive('input_audio_buffer.commit')).toBeDefined();
  });

  it('waits with the opening for instructions that are still being looked up', async () => {
    let found: (instructions: string) => void = () => {};
    const instructions = new Promise<string>((resolve) => {
      found = resolve;
    });
    const { isOpen, send, receive, received } = await aModelServer({ setup: { instructions } });
    await isOpen();
    send({ type: 'session.created', session: {} });
    expect(received).toEqual([]);

    found('The caller is Ms Blake.');

    expect(await receive('session.update')).toMatchObject({
      session: { instructions: 'The caller is Ms Blake.' },
    });
  });

  it('changes in mid-call what the model knows and can do', async () => {
    const { session, receive } = await aSession({
      setup: { remoteTools: [{ label: 'crm', url: 'https://crm.example/mcp' }] },
    });
    session.update({ instructions: 'Be briefer.', tools: [LOOK_UP] });

    const message = await receive('session.update');
    expect(isClientEvent(message)).toBe(true);
    expect(message).toMatchObject({
      session: {
        type: 'realtime',
        instructions: 'Be briefer.',
        tools: [{ name: 'order_status' }, { type: 'mcp' }],
      },
    });
  });

  it('answers in writing where the agent wants it so', async () => {
    const server = await aModelServer({ setup: { output: 'text' } });
    await server.opens();
    expect(await server.receive('session.update')).toMatchObject({
      session: { output_modalities: ['text'] },
    });

    server.send({ type: 'response.created', response: { id: 'r1' } });
    server.send({
      type: 'response.output_text.delta',
      response_id: 'r1',
      item_id: 'i',
      delta: 'Nine to six.',
    });

    expect((await server.tells(3)).at(-1)).toEqual({
      type: 'writing',
      part: { responseId: 'r1', itemId: 'i', contentIndex: 0 },
      text: 'Nine to six.',
    });
  });
});
