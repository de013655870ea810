import { describe, expect, it } from 'vitest';
import type { Misbehaviour } from '../../../src/practice/model/misbehaviour.ts';
import { GARBAGE_COUNT, garbageFrame } from '../../../src/practice/model/outlet.ts';
import { aSession, soundOf, speech } from './support/rig.ts';

const LONG = () => ({ outputs: [speech('One two three four five six seven eight.', 8_000)] });

function misbehaving(misbehave: Misbehaviour) {
  return aSession({ misbehave, brain: LONG, expectsDisorder: true });
}

describe('a model that misbehaves', () => {
  it('is mute', () => {
    const { frames, send } = misbehaving({ mute: true });

    send({ type: 'response.create' });

    expect(frames).toEqual([]);
  });

  it('rejects the set-up', () => {
    const { configure, last, of } = misbehaving({
      rejectSessionUpdate: { code: 'invalid_value', param: 'session.tools' },
    });

    configure({});

    expect(last('error').error).toMatchObject({ code: 'invalid_value', param: 'session.tools' });
    expect(of('session.updated')).toEqual([]);
  });

  it('puts another format in force than was asked, and says so (S6)', () => {
    const { send, last, clock, events, session } = misbehaving({
      otherFormat: { output: { type: 'audio/pcmu' } },
    });
    const format = { type: 'audio/pcm', rate: 24_000 };

    send({ type: 'session.update', session: { type: 'realtime', audio: { output: { format } } } });
    send({ type: 'response.create' });
    clock.advance(10_000);

    expect(last('session.updated').session).toMatchObject({
      audio: { output: { format: { type: 'audio/pcmu' } } },
    });
    expect(soundOf(events(), session.entries[0]?.id ?? '')).toHaveLength(8_000 * 8);
  });

  it('sends another format than it says, or no sound at all', () => {
    const { send, clock, events, session, misbehave, of } = misbehaving({
      lieAboutFormat: { type: 'audio/pcmu' },
    });

    send({ type: 'response.create' });
    clock.advance(10_000);
    expect(soundOf(events(), session.entries[0]?.id ?? '')).toHaveLength(8_000 * 8);
    expect(session.config.audio.output.format.type).toBe('audio/pcm');
    misbehave.audioPayload = '***';
    send({ type: 'response.create' });
    clock.advance(10_000);

    expect(of('response.output_audio.delta').at(-1)?.delta).toBe('***');
  });

  it('goes away after so many pieces of sound, counted from when it was asked to', () => {
    const { send, clock, closes, of, misbehave } = misbehaving({});
    send({ type: 'response.create' });
    clock.advance(200);
    const before = of('response.output_audio.delta').length;

    misbehave.dropSocket = { afterDeltas: 3, how: 1011 };
    clock.advance(10_000);

    expect(closes).toEqual([[1011, expect.any(String)]]);
    expect(of('response.output_audio.delta')).toHaveLength(before + 3);
  });

  it('tears the connection after so many events', () => {
    const { closes, frames } = misbehaving({ dropSocket: { afterEvents: 2, how: 'reset' } });

    expect(closes).toEqual([['reset', '']]);
    expect(frames).toHaveLength(2);
  });

  it('goes away soon after it was opened', () => {
    const { closes, clock } = misbehaving({ dropSocket: { afterMs: 5, how: 1012 } });

    clock.advance(4);
    expect(closes).toEqual([]);
    clock.advance(1);

    expect(closes).toEqual([[1012, expect.any(String)]]);
  });

  it('reaches its longest duration early', () => {
    const { closes, clock, last, session } = misbehaving({ expireAfterS: 20 });

    clock.advance(20_000);

    expect(session.config.expires_at).toBe(1_790_000_020);
    expect(last('error').error).toMatchObject({
      code: 'session_expired',
      message: 'Your session hit the maximum duration of 20 seconds.',
    });
    expect(closes).toEqual([[1001, 'Your session hit the maximum duration of 20 seconds.']]);
  });

  it('says everything twice, or not at all, or in the wrong order', () => {
    const types = (misbehave: Misbehaviour) => {
      const { send, clock, newTypes } = misbehaving(misbehave);
      newTypes();
      send({ type: 'response.create' });
      clock.advance(10_000);
      send({ type: 'input_audio_buffer.clear' });
      return newTypes();
    };
    const proper = types({});

    expect(types({ omit: ['response.done'] })).toEqual(proper.filter((type) => type !== 'response.done'));
    expect(types({ duplicate: ['response.created'] }).slice(0, 2)).toEqual([
      'response.created',
      'response.created',
    ]);
    const swapped = types({ outOfOrder: true });
    expect(swapped).not.toEqual(proper);
    expect(swapped.toSorted()).toEqual(proper.toSorted());
  });

  it('sends frames that are no events between the others', () => {
    const { send, clock, frames, misbehave, closes } = misbehaving({});
    misbehave.garbageAfterEvery = 1;

    for (let round = 0; round < 3; round++) {
      send({ type: 'response.create' });
      clock.advance(10_000);
    }

    const garbage = new Set(Array.from({ length: GARBAGE_COUNT }, (_, index) => garbageFrame(index)));
    expect(new Set(frames.filter((frame) => garbage.has(frame)))).toEqual(garbage);
    expect(closes).toEqual([]);
  });

  it('sends one event that is far too big', () => {
    const { frames, send, misbehave } = misbehaving({});
    misbehave.oversizedBytes = 5_000_000;

    send({ type: 'input_audio_buffer.clear' });
    send({ type: 'input_audio_buffer.clear' });

    expect(frames.filter((frame) => frame.length > 5_000_000)).toHaveLength(1);
  });

  it('puts anything in the place of an event', () => {
    const { send, frames, misbehave } = misbehaving({});
    misbehave.tamper = (event) =>
      event.type === 'response.created' ? [{ ...event, response: null }, 'noise'] : [event];

    send({ type: 'response.create' });

    expect(frames.at(-1)).toBe('noise');
    expect(String(frames.at(-2))).toContain('"response":null');
  });

  it('refuses requests by their type', () => {
    const { send, last, of } = misbehaving({ refuseEvents: { 'response.create': 'insufficient_quota' } });

    send({ type: 'response.create', event_id: 'rc_1' });

    expect(last('error').error).toMatchObject({ code: 'insufficient_quota', event_id: 'rc_1' });
    expect(of('response.created')).toEqual([]);
  });

  it('refuses every truncation', () => {
    const { send, clock, last, session, misbehave } = misbehaving({});
    send({ type: 'response.create' });
    clock.advance(10_000);
    misbehave.rejectTruncate = true;

    send({
      type: 'conversation.item.truncate',
      item_id: session.entries[0]?.id,
      content_index: 0,
      audio_end_ms: 100,
    });

    expect(last('error').error.message).toMatch(/^Audio content of \d+ms is already shorter than 100ms$/);
    expect(session.entries[0]?.audioMs).toBe(8_000);
  });
});

describe('the longest duration of a session', () => {
  it.each([
    ['both', 1, [1001, 'Your session hit the maximum duration of 60 minutes.']],
    ['close', 0, [1001, 'Your session hit the maximum duration of 60 minutes.']],
    ['error', 1, [1000, '']],
  ] as const)('ends it with %s', (expiryForm, errors, close) => {
    const { clock, of, closes } = aSession({ habits: { expiryForm } });

    clock.advance(3_600_000 - 1);
    expect(closes).toEqual([]);
    clock.advance(1);

    expect(of('error')).toHaveLength(errors);
    expect(closes).toEqual([close]);
  });
});
