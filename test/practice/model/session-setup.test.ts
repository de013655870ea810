import { describe, expect, it } from 'vitest';
import { aSession } from './support/rig.ts';

const MULAW = { type: 'audio/pcmu' };

describe('setting up a session', () => {
  it('opens with the defaults of a live server', () => {
    const { events } = aSession();

    const [created, conversation] = events();

    expect(created).toMatchObject({
      type: 'session.created',
      session: {
        type: 'realtime',
        object: 'realtime.session',
        model: 'gpt-realtime-2.1',
        output_modalities: ['audio'],
        tools: [],
        expires_at: 1_790_003_600,
        audio: {
          input: {
            format: { type: 'audio/pcm', rate: 24_000 },
            transcription: null,
            turn_detection: { type: 'server_vad', threshold: 0.5, silence_duration_ms: 200 },
          },
          output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: 'alloy', speed: 1 },
        },
      },
    });
    expect(conversation?.type).toBe('conversation.created');
  });

  it('need not announce its conversation', () => {
    const { types } = aSession({ habits: { announcesConversation: false } });

    expect(types()).toEqual(['session.created']);
  });

  it('echoes everything that is in force after an update', () => {
    const { send, last } = aSession();

    send({
      type: 'session.update',
      session: {
        type: 'realtime',
        instructions: 'You are the phone agent of Example Ltd.',
        reasoning: { effort: 'minimal' },
        audio: {
          input: {
            format: MULAW,
            noise_reduction: { type: 'near_field' },
            transcription: { model: 'gpt-4o-mini-transcribe', language: 'en' },
            turn_detection: { type: 'server_vad', silence_duration_ms: 500, create_response: false },
          },
          output: { format: MULAW, voice: 'marin' },
        },
      },
    });

    expect(last('session.updated').session).toMatchObject({
      instructions: 'You are the phone agent of Example Ltd.',
      reasoning: { effort: 'minimal' },
      tool_choice: 'auto',
      audio: {
        input: {
          format: MULAW,
          noise_reduction: { type: 'near_field' },
          transcription: { model: 'gpt-4o-mini-transcribe', language: 'en' },
          turn_detection: {
            type: 'server_vad',
            threshold: 0.5,
            prefix_padding_ms: 300,
            silence_duration_ms: 500,
            idle_timeout_ms: null,
            create_response: false,
            interrupt_response: true,
          },
        },
        output: { format: MULAW, voice: 'marin', speed: 1 },
      },
    });
  });

  it('leaves alone what an update does not name, and clears what it names as empty', () => {
    const { configure, session } = aSession();
    configure({ format: MULAW, transcription: { model: 'whisper-1' } }, { instructions: 'Be kind.' });

    configure({ transcription: null, turn_detection: null });

    expect(session.config.instructions).toBe('Be kind.');
    expect(session.config.audio.input).toEqual({
      format: MULAW,
      transcription: null,
      noise_reduction: null,
      turn_detection: null,
    });
  });

  it('fills semantic turn detection with its own defaults', () => {
    const { configure, session } = aSession();

    configure({ turn_detection: { type: 'semantic_vad', eagerness: 'low' } });

    expect(session.config.audio.input.turn_detection).toEqual({
      type: 'semantic_vad',
      eagerness: 'low',
      create_response: true,
      interrupt_response: true,
    });
  });

  it.each([
    [{ audio: { input: { foo: 1 } } }, 'unknown_parameter', 'session.audio.input.foo'],
    [{ temperature: 0.8 }, 'unknown_parameter', 'session.temperature'],
    [{ instructions: 7 }, 'invalid_type', 'session.instructions'],
    [{ audio: { output: { speed: 9 } } }, 'invalid_value', 'session.audio.output.speed'],
    [
      { audio: { input: { format: { type: 'audio/opus' } } } },
      'invalid_value',
      'session.audio.input.format.type',
    ],
    [{ audio: { input: { format: {} } } }, 'missing_required_parameter', 'session.audio.input.format.type'],
    [{ output_modalities: ['text', 'audio'] }, 'invalid_value', 'session.output_modalities'],
    [
      { audio: { input: { turn_detection: { type: 'server_vad', threshold: 'loud' } } } },
      'invalid_type',
      'session.audio.input.turn_detection.threshold',
    ],
    [
      { audio: { input: { turn_detection: { type: 'server_vad', threshold: 2 } } } },
      'invalid_value',
      'session.audio.input.turn_detection.threshold',
    ],
    [
      { audio: { input: { turn_detection: { type: 'server_vad', idle_timeout_ms: 100 } } } },
      'invalid_value',
      'session.audio.input.turn_detection.idle_timeout_ms',
    ],
    [
      { audio: { input: { turn_detection: { type: 'magic' } } } },
      'invalid_value',
      'session.audio.input.turn_detection.type',
    ],
    [
      { audio: { input: { turn_detection: { type: 'semantic_vad', threshold: 0.5 } } } },
      'unknown_parameter',
      'session.audio.input.turn_detection.threshold',
    ],
    [{ audio: { output: { voice: 'nobody' } } }, 'invalid_value', 'session.audio.output.voice'],
    [{ tools: [{ type: 'function' }] }, 'missing_required_parameter', 'session.tools[0].name'],
    [{ tools: [{ type: 'function', name: 'two words' }] }, 'invalid_value', 'session.tools[0].name'],
    [{ max_output_tokens: 0 }, 'invalid_value', 'session.max_output_tokens'],
  ])('refuses %j whole, with the code and the field', (wrong, code, param) => {
    const { send, last, session, of } = aSession();
    const before = session.config;

    const rest = { type: 'realtime', tool_choice: 'none', ...wrong };
    send({ type: 'session.update', event_id: 'cfg_1', session: rest });

    expect(last('error').error).toMatchObject({
      type: 'invalid_request_error',
      code,
      param,
      event_id: 'cfg_1',
    });
    expect(of('session.updated')).toEqual([]);
    expect(session.config).toBe(before);
  });

  it('asks for the type of the session', () => {
    const { send, last, closes } = aSession();

    send({ type: 'session.update', session: { instructions: 'Hello' } });

    expect(last('error').error).toMatchObject({
      code: 'missing_required_parameter',
      param: 'session.type',
    });
    expect(closes).toEqual([]);
  });

  it('refuses reasoning to a model that does not reason', () => {
    const { send, last } = aSession({ model: 'gpt-realtime' });

    send({ type: 'session.update', session: { type: 'realtime', reasoning: { effort: 'low' } } });

    expect(last('error').error).toMatchObject({ code: 'invalid_value', param: 'session.reasoning' });
  });

  it('sends away with 4000 whoever speaks the beta protocol', () => {
    const { send, last, closes } = aSession();

    send({ type: 'session.update', session: { modalities: ['text', 'audio'], voice: 'alloy' } });

    expect(last('error').error.code).toBe('beta_api_shape_disabled');
    expect(closes).toEqual([[4000, 'invalid_request_error.beta_api_shape_disabled']]);
  });

  it('keeps the voice once it has been heard', () => {
    const { send, last, clock, session } = aSession();
    const voice = (name: string) => ({ type: 'realtime', audio: { output: { voice: name } } });
    send({ type: 'session.update', session: voice('cedar') });
    send({ type: 'response.create' });
    clock.advance(10_000);

    send({ type: 'session.update', session: voice('marin') });

    expect(last('error').error.code).toBe('cannot_update_voice');
    expect(session.config.audio.output.voice).toBe('cedar');
    send({ type: 'session.update', session: voice('cedar') });
    expect(last('session.updated').session).toMatchObject({ audio: { output: { voice: 'cedar' } } });
  });

  it('does not change tracing once it is on', () => {
    const { send, last } = aSession();
    send({ type: 'session.update', session: { type: 'realtime', tracing: 'auto' } });

    send({ type: 'session.update', session: { type: 'realtime', tracing: null } });

    expect(last('error').error.param).toBe('session.tracing');
  });

  it('keeps to the model of its address, whatever an update names', () => {
    const { send, last, of } = aSession({ model: 'gpt-realtime' });

    send({ type: 'session.update', session: { type: 'realtime', model: 'gpt-4o-realtime-preview' } });

    expect(of('error')).toEqual([]);
    expect(last('session.updated').session).toMatchObject({ model: 'gpt-realtime' });
  });

  it('only listens in a transcription session', () => {
    const { send, last, hear, types } = aSession({ kind: 'transcription' });
    const input = { transcription: { model: 'gpt-4o-transcribe' } };
    send({ type: 'session.update', session: { type: 'transcription', audio: { input } } });
    hear(0, 400);
    hear(600, 700);
    hear(0, 600);

    send({ type: 'response.create', event_id: 'rc_1' });

    expect(last('session.updated').session).toMatchObject({
      type: 'transcription',
      object: 'realtime.transcription_session',
    });
    expect(last('conversation.item.input_audio_transcription.completed').transcript).toBe(
      'Sorry, is there somewhere to park?',
    );
    expect(types()).not.toContain('response.created');
    expect(last('error').error.event_id).toBe('rc_1');
  });

  it('does not turn one kind of session into the other', () => {
    const { send, last } = aSession();

    send({ type: 'session.update', session: { type: 'transcription' } });

    expect(last('error').error.param).toBe('session.type');
  });
});
