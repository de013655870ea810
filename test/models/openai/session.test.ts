import Ajv from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import schema from '../../../fixtures/openai/realtime-events.schema.json' with { type: 'json' };
import { aModelServer } from '../../support/a-model-server.ts';
import { aSession, part, settled } from '../../support/an-open-session.ts';

const inPart = { response_id: 'r1', item_id: 'i1', output_index: 0, content_index: 0 };

describe('a session that is open', () => {
  it('tells what the model hears and says', async () => {
    const server = await aSession();
    server.send({ type: 'input_audio_buffer.speech_started', item_id: 'u1', audio_start_ms: 0 });
    server.send({ type: 'response.created', response: { id: 'r1', status: 'in_progress', metadata: null } });
    server.send({ type: 'response.output_audio_transcript.delta', ...inPart, delta: 'Hel' });
    server.send({ type: 'response.output_audio.delta', ...inPart, delta: 'AQI=', obfuscation: 'x9' });
    server.send({ type: 'response.output_audio.delta', event_id: 'e1', ...inPart, delta: 'AwQFBg==' });
    server.send({ type: 'response.output_audio.done', ...inPart });
    server.send({ type: 'response.done', response: { id: 'r1', status: 'completed' } });
    server.send({
      type: 'conversation.item.input_audio_transcription.completed',
      item_id: 'u1',
      content_index: 0,
      transcript: 'Hello?',
    });
    await settled(server);

    expect(server.events).toEqual([
      { type: 'speech_started', itemId: 'u1' },
      { type: 'response_started', responseId: 'r1', requestId: null },
      { type: 'words', part, text: 'Hel' },
      { type: 'audio', part, audio: Buffer.from([1, 2]) },
      { type: 'audio', part, audio: Buffer.from([3, 4, 5, 6]) },
      { type: 'audio_done', part },
      { type: 'response_done', responseId: 'r1', outcome: 'completed', usage: null },
      { type: 'caller_words', itemId: 'u1', text: 'Hello?' },
    ]);
  });

  it('M28: cuts out what a lost byte would make static of, and notes it', async () => {
    const server = await aSession();
    const tone = Buffer.alloc(9_600);
    for (let i = 0; i < 4_800; i++) tone.writeInt16LE(Math.round(9_000 * Math.sin(i / 9)), 2 * i);
    const pieces = [tone.subarray(0, 4_799), tone.subarray(4_800)];
    for (const piece of pieces) {
      const delta = piece.toString('base64');
      server.send({ type: 'response.output_audio.delta', event_id: 'e1', ...inPart, delta });
    }
    await settled(server);

    expect(server.events.filter(({ type }) => type === 'problem')).toEqual([
      { type: 'problem', code: 'sound_lost_a_byte' },
    ]);
    expect(server.events.at(-1)).toEqual({ type: 'audio', part, audio: Uint8Array.from(pieces[1] ?? []) });
  });

  it('says nothing before it is open', async () => {
    const server = await aModelServer();
    server.send({ type: 'response.output_audio.delta', event_id: 'e1', ...inPart, delta: 'AQID' });
    await server.opens();
    await settled(server);

    expect(server.events.map(({ type }) => type)).toEqual(['ready']);
  });

  it('knows an event by its name, wherever in it that stands', async () => {
    const server = await aSession();
    server.send({ event_id: 'e1', item_id: 'u1', type: 'input_audio_buffer.speech_started' });
    server.send({ type: 'nobody_knows', also: { type: 'input_audio_buffer.speech_started' } });
    await settled(server);

    expect(server.events).toEqual([
      { type: 'speech_started', itemId: 'u1' },
      { type: 'problem', code: 'unknown_event_nobody_knows' },
    ]);
  });

  it('tells once a call that what callers say is not put down in writing', async () => {
    const server = await aSession();
    const type = 'conversation.item.input_audio_transcription.failed';
    const error = { type: 'server_error', code: 'model_not_found', message: 'No such model.' };
    for (const item_id of ['u1', 'u2']) server.send({ type, item_id, content_index: 0, error });
    server.send({ type, item_id: 'u3', content_index: 0 });
    await settled(server);

    expect(server.events).toEqual([
      {
        type: 'problem',
        code: 'transcription_failed',
        hint: expect.stringMatching(/model_not_found.*TRANSCRIPTION_MODEL/),
      },
    ]);
  });

  it('knows its own options again by the answer’s metadata', async () => {
    const server = await aSession();
    server.session.respond({ requestId: 'greeting', purpose: 'caller_turn', instructions: 'Greet.' });
    const request = await server.receive('response.create');

    server.send({ type: 'response.created', response: { id: 'own', metadata: null, status: 'in_progress' } });
    const { metadata } = request['response'] as { metadata: object };
    server.send({ type: 'response.done', response: { id: 'own', status: 'completed' } });
    server.send({ type: 'response.created', response: { id: 'r2', metadata } });
    await settled(server);

    expect(request).toMatchObject({ event_id: 'request-greeting', response: { instructions: 'Greet.' } });
    expect(server.events.filter((event) => event.type === 'response_started').at(-1)).toEqual({
      type: 'response_started',
      responseId: 'r2',
      requestId: 'greeting',
    });
  });

  it('takes the next answer for its request where the server repeats no metadata', async () => {
    const server = await aSession();
    server.session.respond({ requestId: 'greeting', purpose: 'caller_turn' });
    await server.receive('response.create');

    server.send({ type: 'response.created', response: { id: 'r1' } });
    await settled(server);

    expect(server.events).toEqual([{ type: 'response_started', responseId: 'r1', requestId: 'greeting' }]);
  });

  it('T3: tells a refusal from a failure', async () => {
    const server = await aSession();
    const error = (code: string, event_id: string | null) =>
      server.send({ type: 'error', error: { type: 'invalid_request_error', code, event_id, message: 'x' } });
    error('conversation_already_has_active_response', 'request-a');
    error('conversation_already_has_active_response', null);
    error('invalid_value', 'request-b');
    await settled(server);

    expect(server.events).toEqual([
      { type: 'response_refused', requestId: 'a', because: 'busy' },
      { type: 'response_refused', requestId: null, because: 'busy' },
      { type: 'response_refused', requestId: 'b', because: 'rejected' },
      { type: 'problem', code: 'invalid_value' },
    ]);
  });

  it('begins an answer once that is announced twice, or not at all', async () => {
    const server = await aSession();
    const created = { type: 'response.created', response: { id: 'r1', metadata: null } };
    server.send(created);
    server.send(created);
    server.send({
      type: 'response.output_audio.delta',
      event_id: 'e1',
      ...inPart,
      response_id: 'r2',
      delta: 'AQID',
    });
    server.send({
      type: 'response.done',
      response: { id: 'r3', status: 'cancelled', status_details: 'odd' },
    });
    await settled(server);

    expect(server.events.filter((event) => event.type === 'response_started')).toHaveLength(3);
    expect(server.events.at(-1)).toEqual({
      type: 'response_done',
      responseId: 'r3',
      outcome: 'cancelled',
      reason: 'odd',
      usage: null,
    });
  });

  it.each([
    ['failed', { type: 'failed', error: { type: 'x', code: 'rate_limit_exceeded' } }, 'rate_limit_exceeded'],
    ['incomplete', { type: 'incomplete', reason: 'content_filter' }, 'content_filter'],
    ['cancelled', { type: 'cancelled', reason: 'turn_detected' }, 'turn_detected'],
    ['failed', null, 'unexplained'],
  ])('tells why an answer was %s', async (status, status_details, reason) => {
    const server = await aSession();
    server.send({ type: 'response.done', response: { id: 'r1', status, status_details } });
    await settled(server);

    expect(server.events.at(-1)).toMatchObject({ type: 'response_done', outcome: status, reason });
  });

  it.each([
    ['response_cancel_not_active', []],
    ['input_audio_buffer_commit_empty', []],
    ['something_new', [{ type: 'problem', code: 'something_new' }]],
    ['with the caller’s words in it', [{ type: 'problem', code: 'unreadable_code' }]],
  ])('survives the error %s', async (code, told) => {
    const server = await aSession();
    server.send({ type: 'error', error: { type: 'invalid_request_error', code, message: 'x' } });
    await settled(server);

    expect(server.events).toEqual(told);
  });

  it.each([
    ['session_expired', 'expired'],
    ['insufficient_quota', 'refused'],
  ])('is over with the error %s', async (code, reason) => {
    const server = await aSession();

    server.send({ type: 'error', error: { type: 'invalid_request_error', code, message: 'x' } });

    expect(await server.tells(1)).toEqual([{ type: 'lost', reason, detail: code }]);
  });

  it.each([
    [1001, 'expired'],
    [1006, 'dropped'],
    [1011, 'dropped'],
    [4000, 'refused'],
  ] as const)('tells a socket closed with %i for what it is: %s', async (code, reason) => {
    const server = await aSession();

    if (code === 1006) server.socket()?.terminate();
    else server.socket()?.close(code);

    expect(await server.tells(1)).toEqual([{ type: 'lost', reason, detail: `closed_${code}` }]);
  });

  it('is given up when the other end answers no more pings', async () => {
    const server = await aSession();
    server.socket()?.pause();

    server.clock.advance(10_100);

    expect(server.events).toEqual([{ type: 'lost', reason: 'dropped', detail: 'no_pong' }]);
  });

  it('drops a server that sends a message of 20 MB', async () => {
    const server = await aSession();

    server.send('x'.repeat(20_000_000));

    expect(await server.tells(1)).toMatchObject([{ type: 'lost' }]);
  });

  it('makes nothing of garbage', async () => {
    const server = await aSession();
    const garbage = [
      '',
      'null',
      '[]',
      '1',
      '{}',
      '{"type":5}',
      '{"type":"response.created"}',
      'no json',
      '{"type":"response.done","response":null}',
    ];
    for (const text of garbage) server.send(text);
    server.socket()?.send(Buffer.from([1, 2, 3]));
    fc.assert(
      fc.property(fc.json(), (text) => void server.send(text)),
      { numRuns: 500 },
    );
    server.send({ type: 'response.output_audio.delta', ...inPart, response_id: 7, delta: 'AQID' });
    server.send({ type: 'response.output_audio.delta', response_id: 'r1' });
    await settled(server);

    expect(server.events.every(({ type }) => type === 'problem')).toBe(true);
    expect(new Set(server.events.map((event) => JSON.stringify(event))).size).toBe(server.events.length);
  });

  it('C1: is quiet after it was closed, and leaves no timer', async () => {
    const server = await aSession();

    server.session.close();
    server.session.close();
    server.session.hear(new Uint8Array(10));
    server.session.cancel('r1');
    await vi.waitFor(() => expect(server.socket()?.readyState).toBe(3));

    expect([server.events, server.received, server.clock.timers]).toEqual([[], [], 0]);
  });

  it('sends only what the protocol knows', async () => {
    const server = await aSession();
    server.session.hear(new Uint8Array(960));
    server.session.respond({ requestId: 'greeting', purpose: 'caller_turn', instructions: 'Greet.' });
    server.session.respond({ requestId: 'w2', purpose: 'caller_turn' });
    server.session.cancel('r1');
    server.session.truncate(part, 1480);
    await vi.waitFor(() => expect(server.received).toHaveLength(5));
    const ajv = new Ajv.default({ strict: false });
    const isClientEvent = ajv.compile({ ...schema, anyOf: [{ $ref: '#/$defs/ClientEventStrict' }] });

    for (const event of server.received) expect(isClientEvent(event), JSON.stringify(event)).toBe(true);
  });
});
