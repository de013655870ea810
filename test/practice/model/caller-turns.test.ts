import { describe, expect, it } from 'vitest';
import { aSession } from './support/rig.ts';

const vad = (settings: object = {}) => ({ turn_detection: { type: 'server_vad', ...settings } });

describe('the turns of the caller', () => {
  it('follow the order of a recorded call', () => {
    const { hear, newTypes, of } = aSession();
    newTypes();

    hear(0, 1_000);
    hear(400, 800);
    hear(0, 400);

    expect(newTypes().slice(0, 6)).toEqual([
      'input_audio_buffer.speech_started',
      'input_audio_buffer.speech_stopped',
      'input_audio_buffer.committed',
      'conversation.item.added',
      'conversation.item.done',
      'response.created',
    ]);
    const [started] = of('input_audio_buffer.speech_started');
    const [stopped] = of('input_audio_buffer.speech_stopped');
    const [committed] = of('input_audio_buffer.committed');
    expect(started?.audio_start_ms).toBe(700); // 1000 ms of silence less 300 ms of padding
    expect(stopped?.audio_end_ms).toBe(2_000); // the speech and 200 ms of silence after it
    expect(new Set([started?.item_id, stopped?.item_id, committed?.item_id]).size).toBe(1);
    expect(committed?.previous_item_id).toBeNull();
  });

  it('keep the padding and the pause that were asked for', () => {
    const { configure, hear, last } = aSession();
    configure(vad({ prefix_padding_ms: 100, silence_duration_ms: 600 }));

    hear(0, 1_000);
    hear(400, 500);
    hear(0, 400);
    hear(400, 500);
    hear(0, 700);

    expect(last('input_audio_buffer.speech_started').audio_start_ms).toBe(900);
    expect(last('input_audio_buffer.speech_stopped').audio_end_ms).toBe(3_000);
  });

  it.each(['audio/pcmu', 'audio/pcma'])('are heard in %s as well', (type) => {
    const { configure, hear, last, prompts } = aSession();
    configure({ format: { type } });

    hear(0, 1_000);
    hear(600, 800);
    hear(0, 400);

    expect(last('input_audio_buffer.speech_started').audio_start_ms).toBe(700);
    expect(prompts[0]?.items).toMatchObject([{ type: 'user', heard: { name: 'parking' }, manner: 'spoken' }]);
  });

  it('need louder speech when the threshold is high', () => {
    const { configure, hear, types } = aSession();
    configure(vad({ threshold: 0.9 }));

    hear(400, 800, 600);
    expect(types()).not.toContain('input_audio_buffer.speech_started');
    hear(400, 800, 20_000);

    expect(types()).toContain('input_audio_buffer.speech_started');
  });

  it('count time by the sound appended, whatever the size of the pieces', () => {
    const inOne = aSession();
    const inMany = aSession();
    const silence = Buffer.alloc(48 * 1_000);
    const append = (bytes: Buffer) => ({
      type: 'input_audio_buffer.append',
      audio: bytes.toString('base64'),
    });

    inOne.send(append(silence));
    inOne.hear(400, 600);
    // odd pieces: a sample may be cut in two
    for (let at = 0; at < silence.length; at += 777) inMany.send(append(silence.subarray(at, at + 777)));
    inMany.hear(400, 600);

    expect(inMany.session.heardMs).toBe(inOne.session.heardMs);
    expect(inMany.last('input_audio_buffer.speech_started').audio_start_ms).toBe(
      inOne.last('input_audio_buffer.speech_started').audio_start_ms,
    );
  });

  it('take longer to end when their end is judged by meaning, the longer the less eager', () => {
    const endOf = (eagerness: string) => {
      const { configure, hear, last } = aSession();
      configure({ turn_detection: { type: 'semantic_vad', eagerness } });
      hear(0, 500);
      hear(400, 500);
      hear(0, 2_500);
      return last('input_audio_buffer.speech_stopped').audio_end_ms;
    };

    expect([endOf('high'), endOf('auto'), endOf('low')]).toEqual([1_500, 1_900, 2_500]);
  });

  it('are taken only when the client commits, without turn detection', () => {
    const { configure, hear, send, newTypes, prompts, last } = aSession();
    configure({ turn_detection: null });
    newTypes();

    hear(0, 300);
    hear(400, 500);
    hear(0, 1_000);
    expect(newTypes()).toEqual([]);
    send({ type: 'input_audio_buffer.commit' });

    expect(newTypes()).toEqual([
      'input_audio_buffer.committed',
      'conversation.item.added',
      'conversation.item.done',
    ]);
    send({ type: 'response.create' });
    expect(prompts[0]?.items).toMatchObject([{ type: 'user', heard: { name: 'opening_hours' } }]);
    expect(last('response.created').response.status).toBe('in_progress');
  });

  it('cannot be committed with less than 100 ms of sound', () => {
    const { configure, hear, send, last, session } = aSession();
    configure({ turn_detection: null });
    hear(400, 80);

    send({ type: 'input_audio_buffer.commit', event_id: 'ptt_1' });

    expect(last('error').error).toMatchObject({
      code: 'input_audio_buffer_commit_empty',
      message:
        'Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer only has 80.00ms of audio.',
      event_id: 'ptt_1',
    });
    expect(session.entries).toEqual([]);
  });

  it('leave nothing to commit when the server has committed itself', () => {
    const { hear, send, last } = aSession();
    hear(0, 500);
    hear(400, 500);
    hear(0, 200);

    send({ type: 'input_audio_buffer.commit' });

    expect(last('error').error.code).toBe('input_audio_buffer_commit_empty');
  });

  it('are forgotten when the client clears the buffer, and time goes on', () => {
    const { hear, send, types, last } = aSession();
    hear(0, 500);
    hear(400, 500);

    send({ type: 'input_audio_buffer.clear' });
    hear(0, 1_000);
    expect(types()).not.toContain('input_audio_buffer.committed');
    hear(400, 500);

    expect(types()).toContain('input_audio_buffer.cleared');
    expect(last('input_audio_buffer.speech_started').audio_start_ms).toBe(1_700);
  });

  it('go on being heard after the format has changed in mid-call', () => {
    const { hear, configure, last, prompts } = aSession();
    hear(0, 1_000);

    configure({ format: { type: 'audio/pcmu' } });
    hear(0, 1_000);
    hear(400, 600);
    hear(0, 400);

    expect(last('input_audio_buffer.speech_started').audio_start_ms).toBe(1_700);
    expect(prompts[0]?.items).toMatchObject([{ heard: { name: 'opening_hours' } }]);
  });

  it('are answered when the caller has long been silent', () => {
    const { configure, hear, send, clock, last, prompts, newTypes } = aSession();
    configure(vad({ idle_timeout_ms: 5_000 }));
    send({ type: 'response.create' }); // 2000 ms of speech
    clock.advance(1_000);
    hear(0, 6_980);
    newTypes();

    hear(0, 20);

    expect(newTypes()).toEqual([
      'input_audio_buffer.timeout_triggered',
      'input_audio_buffer.committed',
      'conversation.item.added',
      'conversation.item.done',
      'response.created',
    ]);
    expect(last('input_audio_buffer.timeout_triggered')).toMatchObject({
      audio_start_ms: 2_000,
      audio_end_ms: 7_000,
    });
    expect(prompts[1]?.items.at(-1)).toMatchObject({ type: 'user', manner: 'silent', text: '' });
  });

  it('are not called silent while the caller speaks', () => {
    const { configure, hear, send, clock, types } = aSession();
    configure(vad({ idle_timeout_ms: 5_000, create_response: false }));
    send({ type: 'response.create' });
    clock.advance(1_000);

    hear(0, 4_000);
    hear(400, 6_000);

    expect(types()).not.toContain('input_audio_buffer.timeout_triggered');
  });
});
