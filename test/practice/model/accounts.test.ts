import { describe, expect, it } from 'vitest';
import { aSession } from './support/rig.ts';

const TOKENS = { model: 'gpt-4o-mini-transcribe' };

function callerTurn(rig: ReturnType<typeof aSession>, hertz = 400): void {
  rig.hear(0, 500);
  rig.hear(hertz, 600);
  rig.hear(0, 400);
  rig.clock.advance(5_000);
}

describe('what the caller said', () => {
  it('is written down before the answer', () => {
    const rig = aSession();
    rig.configure({ transcription: TOKENS });

    callerTurn(rig);

    const types = rig.types();
    const completed = 'conversation.item.input_audio_transcription.completed';
    expect(types.indexOf(completed)).toBeLessThan(types.indexOf('response.created'));
    const deltas = rig.of('conversation.item.input_audio_transcription.delta').map(({ delta }) => delta);
    expect(deltas.join('')).toBe('When are you open?');
    expect(rig.last(completed)).toMatchObject({
      transcript: 'When are you open?',
      usage: { type: 'tokens', input_tokens: 11, total_tokens: 16 }, // 1100 ms, and five tokens of text
    });
  });

  it('is written down after the answer, when that is the habit', () => {
    const rig = aSession({ habits: { transcription: 'after the answer' } });
    rig.configure({ transcription: { model: 'gpt-realtime-whisper' } });

    callerTurn(rig);

    const types = rig.types();
    const completed = 'conversation.item.input_audio_transcription.completed';
    expect(types.indexOf(completed)).toBeGreaterThan(types.indexOf('response.done'));
    expect(rig.last(completed).usage).toEqual({ type: 'duration', seconds: 2 });
  });

  it('is not written down unless that was asked for', () => {
    const rig = aSession();

    callerTurn(rig);

    expect(rig.types().filter((type) => type.includes('transcription'))).toEqual([]);
  });

  it('is said to be unintelligible when it is none of the known sentences', () => {
    const rig = aSession();
    rig.configure({ transcription: TOKENS });

    callerTurn(rig, 2_000);

    expect(rig.last('conversation.item.input_audio_transcription.failed').error).toMatchObject({
      type: 'transcription_error',
      code: 'audio_unintelligible',
    });
  });
});

describe('usage', () => {
  it('counts the whole conversation with every answer, most of it from the cache', () => {
    const rig = aSession();
    rig.configure({}, { instructions: 'x'.repeat(400) });

    callerTurn(rig);
    callerTurn(rig);

    const [first, second] = rig.of('response.done').map(({ response }) => response.usage);
    expect(first).toMatchObject({
      input_token_details: { audio_tokens: 11, cached_tokens: 0 },
      output_token_details: { audio_tokens: 40, text_tokens: 6 }, // 2000 ms, and 24 characters
    });
    expect(first?.input_token_details?.text_tokens).toBe(101); // 400 characters of instructions, and "[]"
    expect(second?.input_token_details?.audio_tokens).toBe(11 + 40 + 11);
    expect(second?.input_token_details?.cached_tokens_details?.text_tokens).toBe(64);
    for (const usage of [first, second]) {
      const { total_tokens = 0, input_tokens = 0, output_tokens = 0 } = usage ?? {};
      expect(total_tokens).toBe(input_tokens + output_tokens);
      expect(usage?.input_token_details?.cached_tokens).toBeLessThanOrEqual(input_tokens);
    }
  });

  it('bills what was generated, and reads only what is left after a truncation', () => {
    const rig = aSession();
    rig.send({ type: 'response.create' });
    rig.clock.advance(5_000);
    const item_id = rig.session.entries[0]?.id;

    rig.send({ type: 'conversation.item.truncate', item_id, content_index: 0, audio_end_ms: 500 });
    rig.send({ type: 'response.create' });
    rig.clock.advance(5_000);

    const [first, second] = rig.of('response.done').map(({ response }) => response.usage);
    expect(first?.output_token_details?.audio_tokens).toBe(40);
    expect(second?.input_token_details?.audio_tokens).toBe(10);
  });

  it('bills a cancelled answer for what was generated of it', () => {
    const rig = aSession({ habits: { thinkMs: 0, speechFactor: 1 } });
    rig.send({ type: 'response.create' });
    rig.clock.advance(1_000);

    rig.send({ type: 'response.cancel' });

    const tokens = rig.last('response.done').response.usage?.output_token_details?.audio_tokens ?? 0;
    expect(tokens).toBeGreaterThanOrEqual(20);
    expect(tokens).toBeLessThan(26);
  });
});

describe('rate limits', () => {
  it('are told at the end of an answer', () => {
    const rig = aSession();
    rig.send({ type: 'response.create' });
    rig.clock.advance(5_000);

    expect(rig.types().slice(-2)).toEqual(['response.done', 'rate_limits.updated']);
    expect(rig.last('rate_limits.updated').rate_limits.map(({ name }) => name)).toEqual([
      'requests',
      'tokens',
    ]);
  });

  it('are told at its start, when that is the habit', () => {
    const rig = aSession({ habits: { rateLimits: 'at the start' } });
    rig.send({ type: 'response.create' });
    rig.clock.advance(5_000);

    expect(rig.of('rate_limits.updated')).toHaveLength(1);
    expect(rig.types().at(-1)).toBe('response.done');
  });
});
