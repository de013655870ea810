import type {
  AudioTranscription,
  NoiseReductionType,
  RealtimeAudioFormats,
  RealtimeAudioInputTurnDetection,
  RealtimeReasoning,
  RealtimeSessionCreateRequest,
  RealtimeToolChoiceConfig,
  RealtimeToolsConfig,
  RealtimeTracingConfig,
  RealtimeTruncation,
} from 'openai/resources/realtime/realtime';

/** Everything in force in a session, as `session.created` and `session.updated` show it. */
export interface SessionConfig {
  readonly type: 'realtime';
  readonly object: 'realtime.session';
  readonly id: string;
  readonly expires_at: number;
  readonly model: string;
  readonly output_modalities: Array<'text' | 'audio'>;
  readonly instructions: string;
  readonly tools: RealtimeToolsConfig;
  readonly tool_choice: RealtimeToolChoiceConfig;
  readonly parallel_tool_calls?: boolean;
  readonly reasoning?: RealtimeReasoning;
  readonly max_output_tokens: number | 'inf';
  readonly tracing: RealtimeTracingConfig | null;
  readonly truncation: RealtimeTruncation;
  readonly prompt: NonNullable<RealtimeSessionCreateRequest['prompt']> | null;
  readonly include: NonNullable<RealtimeSessionCreateRequest['include']> | null;
  readonly audio: { readonly input: InputConfig; readonly output: OutputConfig };
}

export interface InputConfig {
  readonly format: WireFormat;
  readonly transcription: AudioTranscription | null;
  readonly noise_reduction: { type?: NoiseReductionType } | null;
  readonly turn_detection: TurnDetection | null;
}

export interface OutputConfig {
  readonly format: WireFormat;
  readonly voice: Voice;
  /** Echoed, and not acted upon: recordings are spoken as they are. */
  readonly speed: number;
}

/** A session that only writes down what it hears. */
export interface TranscriptionConfig {
  readonly type: 'transcription';
  readonly object: 'realtime.transcription_session';
  readonly id: string;
  readonly expires_at: number;
  readonly include: SessionConfig['include'];
  readonly audio: { readonly input: InputConfig };
}

export type WireFormat = Required<
  | RealtimeAudioFormats.AudioPCM
  | Pick<RealtimeAudioFormats.AudioPCMU, 'type'>
  | Pick<RealtimeAudioFormats.AudioPCMA, 'type'>
>;
export type Voice = string | { id: string };
export type TurnDetection = ServerVad | SemanticVad;
export type ServerVad = Required<RealtimeAudioInputTurnDetection.ServerVad>;
export type SemanticVad = Required<RealtimeAudioInputTurnDetection.SemanticVad>;

export const PCM_24 = { type: 'audio/pcm', rate: 24_000 } as const satisfies WireFormat;

/** As a live `session.created` shows them; the documented pause is 500 ms, the recorded one 200. */
export const SERVER_VAD = {
  type: 'server_vad',
  threshold: 0.5,
  prefix_padding_ms: 300,
  silence_duration_ms: 200,
  idle_timeout_ms: null,
  create_response: true,
  interrupt_response: true,
} as const satisfies ServerVad;

export const SEMANTIC_VAD = {
  type: 'semantic_vad',
  eagerness: 'auto',
  create_response: true,
  interrupt_response: true,
} as const satisfies SemanticVad;

export function defaultConfig(id: string, model: string, expiresAt: number): SessionConfig {
  return {
    type: 'realtime',
    object: 'realtime.session',
    id,
    expires_at: expiresAt,
    model,
    output_modalities: ['audio'],
    instructions: 'Be brief, be friendly, and talk to the caller in their own language.',
    tools: [],
    tool_choice: 'auto',
    max_output_tokens: 'inf',
    tracing: null,
    truncation: 'auto',
    prompt: null,
    include: null,
    audio: {
      input: { format: PCM_24, transcription: null, noise_reduction: null, turn_detection: SERVER_VAD },
      output: { format: PCM_24, voice: 'alloy', speed: 1 },
    },
  };
}

/** The part of a configuration that a session which only transcribes has. */
export function asTranscription(config: SessionConfig): TranscriptionConfig {
  const { id, expires_at, include, audio } = config;
  return {
    type: 'transcription',
    object: 'realtime.transcription_session',
    id,
    expires_at,
    include,
    audio: { input: audio.input },
  };
}
