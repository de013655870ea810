import { describe, expect, it } from 'vitest';
import {
  type OpenAIDefaults,
  sessionUpdate,
  traitsInForce,
  withoutRefusedPart,
} from '../../../src/models/openai/session-setup.ts';
import type { SessionSetup, TurnDetection } from '../../../src/ports/session.ts';

const defaults: OpenAIDefaults = {
  audio: 'pcmu',
  voice: 'marin',
  transcription: { model: 'writer-1', language: 'en' },
};

const byVolume: TurnDetection = {
  type: 'server_vad',
  threshold: 0.6,
  prefixPaddingMs: 250,
  silenceMs: 700,
};

const setup: SessionSetup = {
  instructions: 'Be brief.',
  tools: [],
  remoteTools: [],
  output: 'speech',
  turnTaking: { detection: byVolume, isLedByUs: false },
};

const asked = (of: Partial<SessionSetup> = {}, by: Partial<OpenAIDefaults> = {}) =>
  sessionUpdate({ ...setup, ...of }, 'Be brief.', { ...defaults, ...by });

const transcription = (...of: Parameters<typeof asked>) => asked(...of).audio?.input?.transcription;
const turns = (detection: TurnDetection, isLedByUs: boolean) =>
  asked({ turnTaking: { detection, isLedByUs } }).audio?.input?.turn_detection;

describe('what a session is set up with', () => {
  it('takes the agent’s own voice and language before those of the house', () => {
    expect(asked().audio?.output?.voice).toBe('marin');
    expect(asked({ voice: 'cedar' }).audio?.output?.voice).toBe('cedar');
    expect(transcription()).toEqual({ model: 'writer-1', language: 'en' });
    expect(transcription({ language: 'de' })).toEqual({ model: 'writer-1', language: 'de' });
  });

  it('names no language where nobody has said one, and asks for no words where the house wants none', () => {
    expect(transcription({}, { transcription: { model: 'writer-1', language: null } })).toEqual({
      model: 'writer-1',
    });
    expect(asked({ language: 'de' }, { transcription: null }).audio?.input).not.toHaveProperty(
      'transcription',
    );
  });

  it('answers in writing only where the agent does', () => {
    expect(asked().output_modalities).toEqual(['audio']);
    expect(asked({ output: 'text' }).output_modalities).toEqual(['text']);
  });

  it('has both directions in the one format of the house', () => {
    expect(asked().audio).toMatchObject({
      input: { format: { type: 'audio/pcmu' } },
      output: { format: { type: 'audio/pcmu' } },
    });
    expect(asked({}, { audio: 'pcm24' }).audio).toMatchObject({
      input: { format: { type: 'audio/pcm', rate: 24_000 } },
      output: { format: { type: 'audio/pcm', rate: 24_000 } },
    });
  });

  it('leaves answering and stopping to the server unless we lead, with each kind of detection', () => {
    const server = { create_response: true, interrupt_response: true };
    const us = { create_response: false, interrupt_response: false };
    const figures = { type: 'server_vad', threshold: 0.6, prefix_padding_ms: 250, silence_duration_ms: 700 };
    const eager: TurnDetection = { type: 'semantic_vad', eagerness: 'high' };

    expect(turns(byVolume, false)).toEqual({ ...figures, ...server });
    expect(turns(byVolume, true)).toEqual({ ...figures, ...us });
    expect(turns(eager, false)).toEqual({ ...eager, ...server });
    expect(turns(eager, true)).toEqual({ ...eager, ...us });
    expect(turns({ type: 'manual' }, false)).toBeNull();
  });

  it('hands a server of tools its key and its limits only where there are any', () => {
    const bare = { label: 'shop', url: 'https://tools.example.com' };
    const limited = { ...bare, authorization: 'a key', allowed: ['look'] };
    const offer = { name: 'weather', description: 'Says it.', parameters: { type: 'object' } };
    const said = { type: 'mcp', server_label: 'shop', server_url: bare.url, require_approval: 'never' };

    expect(asked({ tools: [offer], remoteTools: [bare, limited] }).tools).toEqual([
      { type: 'function', ...offer },
      said,
      { ...said, authorization: 'a key', allowed_tools: ['look'] },
    ]);
  });
});

describe('a set-up of which one part was refused', () => {
  it.each([
    ['session.audio.input.transcription.model', 'transcription'],
    ['session.audio.input.noise_reduction', 'noise_reduction'],
    ['session.audio.output.voice', 'voice'],
  ])('is asked for again without it, and with all the rest: %s', (param, without) => {
    const whole = asked();
    const less = withoutRefusedPart(whole, param);
    const { input, output } = less?.session.audio ?? {};
    const left = [...Object.keys(input ?? {}), ...Object.keys(output ?? {})];

    expect(less?.without).toBe(without);
    expect(left).not.toContain(without);
    expect(left).toHaveLength(5);
    expect(less?.session.instructions).toBe('Be brief.');
    expect(whole).toEqual(asked()); // what was asked first stays what it was
  });

  it('is given up where that was not in it, so that nobody asks for the same again', () => {
    const param = 'session.audio.input.transcription';
    const less = withoutRefusedPart(asked(), param);

    expect(less && withoutRefusedPart(less.session, param)).toBeNull();
    expect(withoutRefusedPart(asked(), 'session.instructions')).toBeNull();
    expect(withoutRefusedPart(asked(), 'session.audio.input.turn_detection')).toBeNull();
  });
});

describe('what is in force in a session', () => {
  const traits = (audio: object, of: Partial<SessionSetup> = {}) =>
    traitsInForce({ audio }, asked(of), 'pcmu');

  it('is what the server says of each direction, and else what was asked for', () => {
    expect(traits({ output: { format: { type: 'audio/pcm' } } })).toMatchObject({
      formats: { input: 'pcmu', output: 'pcm24' },
    });
    expect(traits({ input: { format: { type: 'audio/pcm', rate: 24_000 } } })).toMatchObject({
      formats: { input: 'pcm24', output: 'pcmu' },
    });
  });

  it('is of no use in a format of another rate or name, whichever direction has it', () => {
    const narrow = { format: { type: 'audio/pcm', rate: 16_000 } };

    expect(traits({ input: narrow })).toEqual({ unusable: 'format', what: 'speaks_audio/pcm' });
    expect(traits({ output: { format: { type: 'audio/pcma' } } })).toEqual({
      unusable: 'format',
      what: 'speaks_audio/pcma',
    });
  });

  it('tells answering a turn from yielding to speech', () => {
    const detection = { type: 'server_vad', create_response: true, interrupt_response: false };

    expect(traits({ input: { turn_detection: detection } })).toMatchObject({
      hasTurnEvents: true,
      answersTurns: true,
      yieldsToSpeech: false,
    });
  });

  it('has no turns where we asked for none, and that is no fault', () => {
    const byHand = { turnTaking: { detection: { type: 'manual' }, isLedByUs: false } } as const;

    expect(traits({ input: { turn_detection: null } }, byHand)).toMatchObject({
      hasTurnEvents: false,
      answersTurns: false,
      yieldsToSpeech: false,
    });
    expect(traits({ input: { turn_detection: null } })).toMatchObject({ unusable: 'turns' });
  });
});
