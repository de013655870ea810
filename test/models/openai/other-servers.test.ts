import { describe, expect, it } from 'vitest';
import { aSession, part, settled } from '../../support/an-open-session.ts';

const inPart = { response_id: 'r1', item_id: 'i1', output_index: 0, content_index: 0 };
const sound = Buffer.from([1, 2, 3, 4]).toString('base64');

describe('a server that is not the vendor’s', () => {
  it('is heard under the names of the beta', async () => {
    const server = await aSession();
    server.send({ type: 'response.created', response: { id: 'r1' } });
    server.send({ type: 'response.audio_transcript.delta', event_id: 'e1', ...inPart, delta: 'Hello' });
    server.send({ type: 'response.audio.delta', event_id: 'e2', ...inPart, delta: sound });
    server.send({ type: 'response.audio.done', event_id: 'e3', ...inPart });
    server.send({ type: 'response.audio_transcript.done', event_id: 'e4', ...inPart, transcript: 'Hello' });
    server.send({ type: 'response.text.delta', event_id: 'e5', ...inPart, delta: 'Bye' });
    server.send({
      type: 'conversation.item.created',
      item: { type: 'function_call_output', call_id: 'c1', output: '1' },
    });
    await settled(server);

    expect(server.events).toEqual([
      { type: 'response_started', responseId: 'r1', requestId: null },
      { type: 'words', part, text: 'Hello' },
      { type: 'audio', part, audio: Buffer.from([1, 2, 3, 4]) },
      { type: 'audio_done', part },
      { type: 'writing', part, text: 'Bye' },
      { type: 'tool_output_taken', toolCallId: 'c1' },
    ]);
  });

  it('is heard where it leaves out which part of an item it speaks', async () => {
    const server = await aSession();
    const { content_index: _, ...where } = inPart;
    server.send({ type: 'response.output_audio_transcript.delta', ...where, delta: 'Hello' });
    server.send({ type: 'response.output_audio.delta', event_id: 'e1', ...where, delta: sound });
    server.send({ type: 'response.output_audio.delta', ...where, content_index: null, delta: sound });
    server.send({ type: 'response.output_audio.done', ...where });
    await settled(server);

    expect(server.events.slice(1)).toEqual([
      { type: 'words', part, text: 'Hello' },
      { type: 'audio', part, audio: Buffer.from([1, 2, 3, 4]) },
      { type: 'audio', part, audio: Buffer.from([1, 2, 3, 4]) },
      { type: 'audio_done', part },
    ]);
  });

  it('is heard where it writes the name last, and with room between', async () => {
    const server = await aSession();
    const { content_index, item_id, response_id } = inPart;
    const last = { content_index, delta: sound, event_id: 'e1', item_id, output_index: 0, response_id };
    server.send(JSON.stringify({ ...last, type: 'response.output_audio.delta' }, null, 2));
    server.send(JSON.stringify({ type: 'response.audio.delta', ...last }, null, 1).replaceAll('\n', ' '));
    await settled(server);

    const audio = { type: 'audio', part, audio: Buffer.from([1, 2, 3, 4]) };
    expect(server.events.slice(1)).toEqual([audio, audio]);
  });

  it('is told of, once for each kind of event that nobody knows, and never with what is in it', async () => {
    const server = await aSession();
    for (let times = 0; times < 3; times++) {
      server.send({ type: 'localai.speaker', speaker: 'Maria Smith' });
      server.send({ event_id: 'e1', type: 'response.voice.delta', delta: sound });
      server.send({ type: 'Maria Smith said so' });
    }
    await settled(server);

    expect(server.events).toEqual([
      { type: 'problem', code: 'unknown_event_localai.speaker' },
      { type: 'problem', code: 'unknown_event_response.voice.delta' },
      { type: 'problem', code: 'unreadable_code' },
    ]);
  });

  it('is told of when it says what we should understand, and do not', async () => {
    const server = await aSession();
    for (let times = 0; times < 3; times++) {
      server.send({ type: 'response.output_audio.delta', ...inPart, item_id: 7, delta: sound });
      server.send('{"type":"response.done","resp');
    }
    await settled(server);

    expect(server.events).toEqual([
      { type: 'problem', code: 'unreadable_event_response.output_audio.delta' },
      { type: 'problem', code: 'unreadable_message' },
    ]);
  });

  it('is not told of for what is part of the protocol and tells a call nothing', async () => {
    const server = await aSession();
    server.send({ type: 'rate_limits.updated', rate_limits: [] });
    server.send({ type: 'conversation.created', conversation: { id: 'c' } });
    server.send({ event_id: 'e', item_id: 'i', type: 'input_audio_buffer.committed' });
    server.send({ type: 'response.function_call_arguments.delta', ...inPart, delta: '{' });
    await settled(server);

    expect(server.events).toEqual([]);
  });

  it('fills no log with names that it makes up', async () => {
    const server = await aSession();
    for (let kind = 0; kind < 100; kind++) server.send({ type: `made.up.${kind}` });
    await settled(server);

    expect(server.events).toHaveLength(17);
    expect(server.events.at(-1)).toEqual({ type: 'problem', code: 'more_oddities' });
  });
});
