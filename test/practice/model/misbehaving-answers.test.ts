import { describe, expect, it } from 'vitest';
import type { Misbehaviour } from '../../../src/practice/model/misbehaviour.ts';
import { aSession, soundOf, speech } from './support/rig.ts';

const LONG = () => ({ outputs: [speech('One two three four five six seven eight.', 8_000)] });

function misbehaving(misbehave: Misbehaviour) {
  return aSession({ misbehave, brain: LONG, expectsDisorder: true });
}

describe('an answer that goes wrong', () => {
  it('begins a response and says nothing, until it is cancelled', () => {
    const { send, clock, newTypes, last } = misbehaving({ silentResponse: true });
    newTypes();
    send({ type: 'response.create' });
    clock.advance(60_000);
    expect(newTypes()).toEqual(['response.created']);

    send({ type: 'response.cancel' });

    expect(last('response.done').response.status).toBe('cancelled');
  });

  it('stalls in mid-sentence and goes on', () => {
    const { send, clock, newTypes } = misbehaving({ stallInSpeech: { atMs: 1_000, forMs: 30_000 } });
    send({ type: 'response.create' });
    clock.advance(2_000);
    newTypes();
    clock.advance(28_000);
    expect(newTypes()).toEqual([]);

    clock.advance(10_000);

    expect(newTypes()).toContain('response.done');
  });

  it.each([
    [{ status: 'failed', code: 'rate_limit_exceeded', message: 'Slow down.' }, 'failed'],
    [{ status: 'incomplete', reason: 'content_filter' }, 'incomplete'],
  ] as const)('ends its responses as %j', (ending, status) => {
    const { send, clock, last } = misbehaving({ ending });

    send({ type: 'response.create' });
    clock.advance(10_000);

    expect(last('response.done').response).toMatchObject({ status, status_details: { type: status } });
  });

  it('says an answer in two responses, interleaved', () => {
    const { send, clock, of } = misbehaving({ twoResponses: true });

    send({ type: 'response.create' });
    clock.advance(10_000);

    const order = of('response.output_audio.delta').map(({ response_id }) => response_id);
    const changes = order.filter((id, index) => index > 0 && id !== order[index - 1]).length;
    expect(new Set(order).size).toBe(2);
    expect(changes).toBeGreaterThan(10);
  });

  it('sends more sound of a response that it has cancelled', () => {
    const { send, clock, newTypes, events } = misbehaving({ lateDeltas: 25 });
    send({ type: 'response.create' });
    clock.advance(300);
    newTypes();

    send({ type: 'response.cancel' });
    clock.advance(10_000);

    const types = newTypes();
    const done = types.indexOf('response.done');
    expect(types.slice(done).filter((type) => type === 'response.output_audio.delta')).toHaveLength(25);
    expect(events().at(-1)?.type).toBe('response.output_audio.delta');
  });

  it('floods its client with minutes of sound in two seconds', () => {
    const { send, clock, of, last } = misbehaving({ floodS: 120 });

    send({ type: 'response.create' });
    clock.advance(2_200);

    const bytes = of('response.output_audio.delta').reduce(
      (sum, { delta }) => sum + (delta.length * 3) / 4,
      0,
    );
    expect(bytes).toBeGreaterThan(119 * 48_000);
    expect(last('response.done').response.status).toBe('completed');
  });

  it('cuts its sound into single bytes', () => {
    const samples = Int16Array.from([1, -2, 3, -4]);
    const { send, clock, of, events, session } = aSession({
      misbehave: { chunkBytes: 1 },
      brain: () => ({ outputs: [{ type: 'speech', text: 'Tick.', samples }] }),
    });

    send({ type: 'response.create' });
    clock.advance(1_000);

    expect(of('response.output_audio.delta')).toHaveLength(8);
    expect(soundOf(events(), session.entries[0]?.id ?? '')).toEqual(Buffer.from(samples.buffer));
  });

  it('gives no metadata back', () => {
    const { send, last } = misbehaving({ noMetadataEcho: true });

    send({ type: 'response.create', response: { metadata: { want: 'greeting' } } });

    expect(last('response.created').response.metadata).toBeNull();
  });

  it('hears somebody speak all the time', () => {
    const { hear, of } = misbehaving({ speechStormPerSecond: 200 });

    hear(0, 1_000);

    expect(of('input_audio_buffer.speech_started')).toHaveLength(200);
  });

  it('fails to write down what was said', () => {
    const { configure, hear, types } = misbehaving({ failTranscription: true });
    configure({ transcription: { model: 'whisper-1' } });

    hear(0, 500);
    hear(400, 500);
    hear(0, 400);

    expect(types()).toContain('conversation.item.input_audio_transcription.failed');
  });

  it('has no tokens left', () => {
    const { send, clock, last } = misbehaving({ rateLimitResetS: 3 });

    send({ type: 'response.create' });
    clock.advance(10_000);

    expect(last('rate_limits.updated').rate_limits).toContainEqual({
      name: 'tokens',
      limit: 40_000,
      remaining: 0,
      reset_seconds: 3,
    });
  });
});
