import { describe, expect, it } from 'vitest';
import { aSession, speech } from './support/rig.ts';

const vad = (settings: object = {}) => ({ turn_detection: { type: 'server_vad', ...settings } });

describe('silence', () => {
  it('is not complained of when the caller did speak, and the client threw it away', () => {
    const { configure, hear, send, clock, types } = aSession();
    configure(vad({ idle_timeout_ms: 5_000 }));
    send({ type: 'response.create' });
    clock.advance(1_000);
    hear(400, 500);
    send({ type: 'input_audio_buffer.clear' });

    hear(0, 20_000);

    expect(types()).toContain('input_audio_buffer.speech_started');
    expect(types()).not.toContain('input_audio_buffer.timeout_triggered');
  });
});

describe('speech over an answer', () => {
  function interrupted(settings: object) {
    const rig = aSession({ brain: () => ({ outputs: [speech('One two three four five six.', 12_000)] }) });
    rig.configure(vad(settings));
    rig.send({ type: 'response.create' });
    rig.clock.advance(400);
    rig.newTypes();
    rig.hear(400, 500);
    rig.hear(0, 300);
    return rig;
  }

  it('stops it and gets an answer of its own', () => {
    const { of, newTypes } = interrupted({});

    const types = newTypes();

    const from = types.indexOf('input_audio_buffer.speech_started');
    expect(types.slice(from, from + 7)).toEqual([
      'input_audio_buffer.speech_started',
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'response.content_part.done',
      'response.output_item.done',
      'conversation.item.done',
      'response.done',
    ]);
    const [done] = of('response.done');
    expect(done?.response).toMatchObject({
      status: 'cancelled',
      status_details: { type: 'cancelled', reason: 'turn_detected' },
      output: [{ status: 'incomplete' }],
    });
    expect(of('response.created')).toHaveLength(2);
  });

  it('stops it and gets none, when none is wanted', () => {
    const { of } = interrupted({ create_response: false });

    expect(of('response.done')[0]?.response.status).toBe('cancelled');
    expect(of('response.created')).toHaveLength(1);
  });

  it('lets it go on when interrupting is off', () => {
    const { of, clock } = interrupted({ interrupt_response: false, create_response: false });

    clock.advance(10_000);

    expect(of('response.done')[0]?.response.status).toBe('completed');
    expect(of('response.created')).toHaveLength(1);
  });

  it('cannot be answered while the answer goes on', () => {
    const { of, last, clock } = interrupted({ interrupt_response: false });
    clock.advance(10_000);

    expect(last('error').error).toMatchObject({
      code: 'conversation_already_has_active_response',
      event_id: null,
    });
    expect(of('response.created')).toHaveLength(1);
  });

  it('cancels nothing that has been generated already', () => {
    const { send, clock, hear, of } = aSession();
    send({ type: 'response.create' });
    clock.advance(5_000);

    hear(400, 500);

    expect(of('response.done').map(({ response }) => response.status)).toEqual(['completed']);
  });
});
