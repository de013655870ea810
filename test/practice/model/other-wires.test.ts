import { describe, expect, it } from 'vitest';
import type { Misbehaviour } from '../../../src/practice/model/misbehaviour.ts';
import { aSession, speech } from './support/rig.ts';

const SENTENCE = speech('One two three four.', 2_000);
const CALL = { type: 'call', name: 'look_up', arguments: '{"number":"4217"}' } as const;
const TEXT = { type: 'text', text: 'Nine to six.' } as const;

function answering(misbehave: Misbehaviour) {
  const rig = aSession({
    misbehave,
    brain: () => ({ outputs: [SENTENCE, CALL, TEXT] }),
    expectsDisorder: true,
  });
  rig.send({ type: 'response.create' });
  rig.clock.advance(60_000);
  const sent = (): { readonly [field: string]: unknown }[] =>
    rig.frames.map((frame) => JSON.parse(String(frame)));
  return { ...rig, sent, types: () => new Set(sent().map(({ type }) => type)) };
}

describe('a server with names of its own', () => {
  it('says everything in the names of the beta', () => {
    const { types, sent } = answering({ oldNames: true });

    const names = [...types()].map(String);
    expect(
      names.filter((name) => /output_audio|output_text|conversation.item.(?:added|done)/.test(name)),
    ).toEqual([]);
    expect(names).toEqual(
      expect.arrayContaining([
        'conversation.item.created',
        'response.audio.delta',
        'response.audio.done',
        'response.audio_transcript.delta',
        'response.audio_transcript.done',
        'response.text.delta',
        'response.text.done',
        'response.function_call_arguments.done',
      ]),
    );
    const created = sent().filter(({ type }) => type === 'conversation.item.created');
    expect(created).toHaveLength(3);
    const contents = sent().find(({ type }) => type === 'response.done');
    expect(JSON.stringify(contents)).toContain('"type":"audio"');
    expect(JSON.stringify(contents)).not.toContain('output_audio');
  });

  it('leaves fields out of every event', () => {
    const { sent } = answering({ withoutFields: ['content_index', 'event_id'] });

    const deltas = sent().filter(({ type }) => type === 'response.output_audio.delta');
    expect(deltas.length).toBeGreaterThan(5);
    expect(deltas.every((event) => 'item_id' in event && 'delta' in event)).toBe(true);
    expect(sent().filter((event) => 'content_index' in event || 'event_id' in event)).toEqual([]);
  });

  it('counts its event ids down, or not at all', () => {
    const { sent, misbehave, send } = answering({ eventIds: 'downwards' });

    const ids = sent().map(({ event_id }) => String(event_id));
    expect(ids).toEqual([...ids].sort().reverse());
    expect(new Set(ids).size).toBe(ids.length);

    misbehave.eventIds = 'all the same';
    send({ type: 'input_audio_buffer.clear' });
    send({ type: 'input_audio_buffer.clear' });
    expect(
      sent()
        .slice(-2)
        .map(({ event_id }) => event_id),
    ).toEqual(['event_0', 'event_0']);
  });
});

describe('a flood', () => {
  it('of words fills sentences, texts and arguments alike', () => {
    const { last, sent } = answering({ floodChars: 200_000 });

    expect(last('response.output_audio_transcript.done').transcript.length).toBeGreaterThanOrEqual(200_000);
    expect(last('response.function_call_arguments.done').arguments).toHaveLength(200_000);
    expect(last('response.output_text.done').text).toHaveLength(200_000);
    expect(sent().filter(({ type }) => type === 'response.output_text.delta')).toHaveLength(13);
  });

  it('of nested frames comes as often as it was asked for, and is valid JSON', () => {
    const { frames, misbehave, send } = answering({});
    misbehave.nestedFrames = { bytes: 1_000_000, times: 2 };

    for (let i = 0; i < 4; i++) send({ type: 'input_audio_buffer.clear' });

    const large = frames.filter((frame) => frame.length > 900_000);
    expect(large).toHaveLength(2);
    expect(large.every((frame) => frame.length < 1_010_000 && JSON.parse(String(frame)))).toBe(true);
  });
});
