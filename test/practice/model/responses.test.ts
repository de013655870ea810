import { describe, expect, it } from 'vitest';
import { aSession, soundOf, speech } from './support/rig.ts';

const say = (text: string) => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
});

describe('an answer', () => {
  it('is given in the order of a recorded one', () => {
    const { send, clock, newTypes } = aSession({ habits: { speechFactor: 100 } });
    newTypes();

    send({ type: 'response.create' });
    clock.advance(1_000);

    const types = newTypes();
    expect(types.filter((type, index) => type !== types[index - 1] && !type.endsWith('.delta'))).toEqual([
      'response.created',
      'response.output_item.added',
      'conversation.item.added',
      'response.content_part.added',
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'response.content_part.done',
      'response.output_item.done',
      'conversation.item.done',
      'response.done',
      'rate_limits.updated',
    ]);
    expect(types[4]).toBe('response.output_audio_transcript.delta');
    expect(types[5]).toBe('response.output_audio.delta');
  });

  it('begins after a moment of thought and is sent faster than it sounds', () => {
    const { send, clock, of, types } = aSession({
      brain: () => ({ outputs: [speech('One two three.', 6_000)] }),
      habits: { thinkMs: 120, speechFactor: 6 },
    });

    send({ type: 'response.create' });
    clock.advance(119);
    expect(of('response.output_audio.delta')).toEqual([]);
    clock.advance(1);
    expect(of('response.output_audio.delta')).toHaveLength(1);
    clock.advance(900);
    expect(types()).not.toContain('response.done');
    clock.advance(101);

    expect(types()).toContain('response.done');
  });

  it('is cut into pieces that are no telephone frames, and adds up to the whole', () => {
    const samples = Int16Array.from({ length: 24_000 }, (_, index) => (index * 7_919) % 30_000);
    const { send, clock, of, events, session } = aSession({
      brain: () => ({ outputs: [{ type: 'speech', text: 'One two three.', samples }] }),
    });

    send({ type: 'response.create' });
    clock.advance(5_000);

    const sizes = of('response.output_audio.delta').map(({ delta }) => Buffer.from(delta, 'base64').length);
    expect(sizes.slice(0, -1).filter((size) => size % 960 === 0)).toEqual([]);
    expect(sizes.every((size) => size % 2 === 0)).toBe(true);
    expect(new Set(sizes).size).toBeGreaterThan(4);
    const sound = soundOf(events(), session.entries[0]?.id ?? '');
    expect(sound.equals(Buffer.from(samples.buffer))).toBe(true);
  });

  it.each([
    ['audio/pcmu', 8],
    ['audio/pcma', 8],
    ['audio/pcm', 48],
  ])('sounds as long in %s', (type, perMs) => {
    const { send, clock, events, session } = aSession();
    const format = type === 'audio/pcm' ? { type, rate: 24_000 } : { type };
    send({ type: 'session.update', session: { type: 'realtime', audio: { output: { format } } } });

    send({ type: 'response.create' });
    clock.advance(5_000);

    expect(soundOf(events(), session.entries[0]?.id ?? '').length).toBe(2_000 * perMs);
  });

  it('lets its words run ahead of its sound', () => {
    const { send, clock, of } = aSession({
      brain: () => ({ outputs: [speech('a b c d e f g h i j', 10_000)] }),
    });

    send({ type: 'response.create' });
    clock.advance(120 + 10_000 / 6 / 2);

    const words = of('response.output_audio_transcript.delta').map(({ delta }) => delta);
    expect(words.join('').length).toBeGreaterThan(12);
    const heard = of('response.output_audio.delta').length;
    expect(heard).toBeGreaterThan(3);
  });

  it('pads some deltas with letters that mean nothing', () => {
    const { send, clock, of } = aSession();

    send({ type: 'response.create' });
    clock.advance(5_000);

    const padded = of('response.output_audio_transcript.delta').filter((event) => 'obfuscation' in event);
    expect(padded.length).toBeGreaterThan(0);
    expect(padded.length).toBeLessThan(of('response.output_audio_transcript.delta').length);
  });

  it('gives back the metadata of its request', () => {
    const { send, clock, last } = aSession();

    send({ type: 'response.create', response: { metadata: { want: 'greeting' } } });
    clock.advance(5_000);

    expect(last('response.created').response.metadata).toEqual({ want: 'greeting' });
    expect(last('response.done').response.metadata).toEqual({ want: 'greeting' });
  });

  it('is written when text is wanted, in the same words', () => {
    const { send, clock, last, types } = aSession();

    send({ type: 'response.create', response: { output_modalities: ['text'] } });
    clock.advance(5_000);

    expect(last('response.output_text.done').text).toBe('One two three four five.');
    expect(last('response.content_part.added').part).toEqual({ type: 'text', text: '' });
    expect(last('response.done').response).toMatchObject({
      output_modalities: ['text'],
      output: [{ content: [{ type: 'output_text', text: 'One two three four five.' }] }],
    });
    expect(types()).not.toContain('response.output_audio.delta');
  });

  it('may hold several items, each with its own sound', () => {
    const { send, clock, session, last, of } = aSession({
      brain: () => ({ outputs: [speech('One moment.', 600), speech('Here it is.', 900)] }),
    });

    send({ type: 'response.create' });
    clock.advance(5_000);

    expect(session.entries.map(({ audioMs }) => audioMs)).toEqual([600, 900]);
    expect(of('response.output_item.added').map(({ output_index }) => output_index)).toEqual([0, 1]);
    expect(last('response.done').response.output).toHaveLength(2);
  });

  it('reads the conversation as it stands, with what was recognised', () => {
    const { send, prompts, hear, clock } = aSession();
    send(say('hello'));
    hear(0, 500);
    hear(400, 500);
    hear(0, 300);
    clock.advance(5_000);

    send({ type: 'response.create', response: { instructions: 'Be brief.' } });

    expect(prompts[0]).toMatchObject({ request: null, isOutOfBand: false, modality: 'audio' });
    expect(prompts[1]).toMatchObject({
      instructions: 'Be brief.',
      items: [
        { type: 'user', text: 'hello', manner: 'written' },
        { type: 'user', text: 'When are you open?', manner: 'spoken', heard: { name: 'opening_hours' } },
        { type: 'assistant', text: 'One two three four five.' },
      ],
    });
  });

  it('stops at the tokens it may use', () => {
    const { send, clock, last, session } = aSession();

    send({ type: 'response.create', response: { max_output_tokens: 10 } });
    clock.advance(5_000);

    expect(session.entries[0]?.audioMs).toBe(500); // 10 tokens of 50 ms
    expect(last('response.done').response).toMatchObject({
      status: 'incomplete',
      status_details: { type: 'incomplete', reason: 'max_output_tokens' },
    });
  });

  it('fails alone when it cannot be made', () => {
    const { send, last, session } = aSession({
      brain: () => {
        throw new Error('Nothing comes to mind.');
      },
    });

    send({ type: 'response.create' });

    expect(last('response.done').response).toMatchObject({
      status: 'failed',
      status_details: { type: 'failed', error: { code: 'server_error', message: 'Nothing comes to mind.' } },
    });
    expect(session.isAnswering).toBe(false);
  });

  it('may take its time to be made', async () => {
    const { send, clock, types } = aSession({
      brain: async () => ({ outputs: [speech('At last.', 300)] }),
    });

    send({ type: 'response.create' });
    await Promise.resolve();
    await Promise.resolve();
    clock.advance(5_000);

    expect(types()).toContain('response.done');
  });

  it('is heard no more once the connection is gone', () => {
    const { send, clock, session, newTypes } = aSession();
    send({ type: 'response.create' });
    clock.advance(200);
    newTypes();

    session.end();
    clock.advance(10_000);

    expect(newTypes()).toEqual([]);
    expect(clock.waiting).toBe(0);
  });
});
