import { connect as connectTcp } from 'node:net';
import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import { afterEach, describe, expect, it } from 'vitest';
import { silence } from '../../../src/audio/format.ts';
import { createTranscoder } from '../../../src/audio/transcode.ts';
import { type PracticeModel, practiceEars, startPracticeModel } from '../../../src/practice/model/index.ts';
import { agentClip, callerClip } from '../../../src/practice/voice.ts';
import { firstDisorder } from './support/order.ts';
import { speech } from './support/rig.ts';
import { objection } from './support/schema.ts';
import { tone, toneEars } from './support/tones.ts';

type EventOf<Type extends RealtimeServerEvent['type']> = Extract<RealtimeServerEvent, { type: Type }>;

let model: PracticeModel | null = null;
let vendor: OpenAIRealtimeWS | null = null;

afterEach(async () => {
  vendor?.close();
  await model?.close();
});

/** The vendor's own client in conversation with a practice model of ours. */
async function aConversation(brain: Parameters<typeof startPracticeModel>[0]) {
  const server = await startPracticeModel({ ears: toneEars, ...brain });
  const openai = new OpenAI({ apiKey: 'key', baseURL: server.baseUrl });
  // It insists on wss; the practice model has no certificate, so the connection beneath is a plain one.
  const plain = { createConnection: () => connectTcp(Number(new URL(server.baseUrl).port), '127.0.0.1') };
  const client = new OpenAIRealtimeWS({ model: 'gpt-realtime-2.1', options: plain }, openai);
  model = server;
  vendor = client;
  const events: RealtimeServerEvent[] = [];
  const errors: string[] = [];
  client.on('event', (event) => events.push(event));
  client.on('error', (error) => errors.push(error.message));
  return {
    openai,
    client,
    errors,
    events,
    server,
    next: <Type extends RealtimeServerEvent['type']>(type: Type, nth = 1) =>
      expect
        .poll(() => events.filter((event) => event.type === type).length, { timeout: 10_000, interval: 5 })
        .toBeGreaterThanOrEqual(nth)
        .then(() => events.filter((event): event is EventOf<Type> => event.type === type)[nth - 1]),
    append(samples: Int16Array) {
      for (let at = 0; at < samples.length; at += 480) {
        const frame = samples.subarray(at, at + 480);
        const audio = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).toString('base64');
        client.send({ type: 'input_audio_buffer.append', audio });
      }
    },
  };
}

const QUICK = { thinkMs: 0, speechFactor: Infinity, pieceMs: 0 };

describe("the vendor's own client", () => {
  it('sets a session up and has a turn in writing', async () => {
    const { client, next, events, errors } = await aConversation({
      brain: { answer: () => ({ outputs: [speech('Nine to six.', 500)] }) },
      habits: QUICK,
    });
    await next('session.created');

    client.send({
      type: 'session.update',
      session: { type: 'realtime', output_modalities: ['text'], instructions: 'Be brief.' },
    });
    client.send({
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'When are you open?' }] },
    });
    client.send({ type: 'response.create' });

    expect((await next('session.updated'))?.session).toMatchObject({ instructions: 'Be brief.' });
    expect((await next('response.output_text.done'))?.text).toBe('Nine to six.');
    await next('rate_limits.updated');
    expect(errors).toEqual([]);
    expect(events.map(objection).filter((found) => found !== null)).toEqual([]);
  });

  it('has a spoken turn, cuts in and tells what was heard', async () => {
    const { client, next, append, events, errors, server } = await aConversation({
      brain: {
        answer: ({ items }) => ({
          outputs: [
            speech(
              items.length > 1 ? 'Yes.' : 'One two three four five six.',
              items.length > 1 ? 300 : 20_000,
            ),
          ],
        }),
      },
      habits: { thinkMs: 0, speechFactor: 40 },
    });
    await next('session.created');

    append(new Int16Array(24_000 / 2));
    append(tone(400, 600));
    append(new Int16Array(24_000 / 2));
    const delta = await next('response.output_audio.delta', 3);
    append(tone(600, 600));
    append(new Int16Array(24_000 / 2));
    await next('input_audio_buffer.speech_started', 2);
    client.send({
      type: 'conversation.item.truncate',
      item_id: delta?.item_id ?? '',
      content_index: 0,
      audio_end_ms: 90,
    });

    expect(await next('conversation.item.truncated')).toMatchObject({ audio_end_ms: 90 });
    expect((await next('response.done', 1))?.response).toMatchObject({
      status: 'cancelled',
      status_details: { reason: 'turn_detected' },
    });
    expect((await next('response.done', 2))?.response.status).toBe('completed');
    const heard = server.sessions[0]?.items.map((item) => item.heard?.name);
    expect(heard?.filter((name) => name !== undefined)).toEqual(['opening_hours', 'parking']);
    expect(errors).toEqual([]);
    expect(events.map(objection).filter((found) => found !== null)).toEqual([]);
  });

  it('is understood by its sound, and answered from the script', async () => {
    const { client, next, append, errors } = await aConversation({
      ears: practiceEars,
      habits: { thinkMs: 0, speechFactor: Infinity },
    });
    await next('session.created');
    const line = createTranscoder('pcmu', 'pcm24');
    const caller = Buffer.concat([
      line.push(silence('pcmu', 400)),
      line.push(callerClip('parking').mulaw),
      line.push(silence('pcmu', 400)),
    ]);

    client.send({
      type: 'session.update',
      session: { type: 'realtime', audio: { input: { transcription: { model: 'gpt-realtime-whisper' } } } },
    });
    append(new Int16Array(caller.buffer, caller.byteOffset, caller.length >> 1));

    expect((await next('conversation.item.input_audio_transcription.completed'))?.transcript).toBe(
      'Sorry, is there somewhere to park?',
    );
    expect((await next('response.output_audio_transcript.done'))?.transcript).toBe(agentClip('parking').text);
    expect(errors).toEqual([]);
  });

  it('answers a function call and gets the sentence about it', async () => {
    const { client, next, events, errors } = await aConversation({
      brain: {
        answer: ({ items }) => ({
          outputs: items.some((item) => item.type === 'call_output')
            ? [speech('Your order is ready.', 400)]
            : [{ type: 'call', name: 'order_status', arguments: '{"number":"4217"}' }],
        }),
      },
      habits: QUICK,
    });
    await next('session.created');

    client.send({ type: 'response.create' });
    const called = await next('response.function_call_arguments.done');
    client.send({
      type: 'conversation.item.create',
      item: { type: 'function_call_output', call_id: called?.call_id ?? '', output: '{"ready":true}' },
    });
    client.send({ type: 'response.create' });

    expect((await next('response.output_audio_transcript.done'))?.transcript).toBe('Your order is ready.');
    await next('response.done', 2);
    expect(errors).toEqual([]);
    expect(events.map(objection).filter((found) => found !== null)).toEqual([]);
    expect(firstDisorder(events)).toBeNull();
  });

  it('is told of its mistakes and goes on', async () => {
    const { client, next, errors } = await aConversation({ habits: QUICK });
    await next('session.created');

    client.send({ type: 'response.cancel', event_id: 'cancel_1' });
    await next('error');
    client.send({ type: 'input_audio_buffer.clear' });

    await next('input_audio_buffer.cleared');
    expect(errors.join()).toContain('response_cancel_not_active');
  });

  it('finds the model by its name', async () => {
    const { openai } = await aConversation({});

    const found = await openai.models.retrieve('gpt-realtime-2.1');

    expect(found.id).toBe('gpt-realtime-2.1');
    await expect(openai.models.retrieve('gpt-imaginary')).rejects.toThrow(/does not exist/);
  });
});
