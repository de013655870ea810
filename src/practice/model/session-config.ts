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
  SessionUpdateEvent,
} from 'openai/resources/realtime/realtime';
import { RequestError, refusals } from './request-error.ts';

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

interface OutputConfig {
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
const SERVER_VAD = {
  type: 'server_vad',
  threshold: 0.5,
  prefix_padding_ms: 300,
  silence_duration_ms: 200,
  idle_timeout_ms: null,
  create_response: true,
  interrupt_response: true,
} as const satisfies ServerVad;

const SEMANTIC_VAD = {
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

/*
 * What an update makes of the configuration in force. The schema has been checked; here are the rules it cannot say.
 * Only what is present changes. Whether a partly given inner object is merged or replaced is not documented:
 * here turn detection, formats and tools are replaced whole.
 */

type Update = SessionUpdateEvent['session'];
type RealtimeUpdate = Extract<Update, { type: 'realtime' }>;
type InputUpdate = NonNullable<NonNullable<Update['audio']>['input']>;
type OutputUpdate = NonNullable<NonNullable<RealtimeUpdate['audio']>['output']>;
type Format = NonNullable<InputUpdate['format']>;

export function updatedConfig(
  config: SessionConfig,
  kind: Update['type'],
  update: Update,
  hasSpoken: boolean,
): SessionConfig {
  if (update.type !== kind) {
    throw refusals.invalid('session.type', `This is a ${kind} session, and its type cannot be changed.`);
  }
  const input = updatedInput(config.audio.input, update.audio?.input ?? {});
  if (update.type === 'transcription') {
    return {
      ...config,
      include: update.include ?? config.include,
      audio: { input, output: config.audio.output },
    };
  }
  checkRealtime(config, update);
  // The address has decided on the model. The vendor's own examples name another here, and are not refused.
  const { audio, tracing, prompt, type: _, model: __, ...rest } = update;
  return {
    ...config,
    ...rest,
    tracing: tracing === undefined ? config.tracing : tracing,
    prompt: prompt === undefined ? config.prompt : prompt,
    audio: { input, output: updatedOutput(config.audio.output, audio?.output ?? {}, hasSpoken) },
  };
}

const WITHOUT_REASONING = /^gpt-(4o|audio|realtime(-1\.5|-mini|-2025.*)?$)/;
const TOOL_NAME = /^[a-zA-Z0-9_-]{1,64}$/;

function checkRealtime(config: SessionConfig, update: RealtimeUpdate): void {
  if (config.tracing !== null && update.tracing !== undefined) {
    throw refusals.invalid('session.tracing', 'Tracing cannot be changed once it is enabled.');
  }
  for (const field of ['reasoning', 'parallel_tool_calls'] as const) {
    if (update[field] === undefined || !WITHOUT_REASONING.test(config.model)) continue;
    throw refusals.invalid(`session.${field}`, `'${field}' is not supported by the model '${config.model}'.`);
  }
  checkTools(update.tools ?? [], 'session.tools');
  checkToolChoice(update.tool_choice, update.tools ?? config.tools, 'session.tool_choice');
  checkMaxOutputTokens(update.max_output_tokens, 'session.max_output_tokens');
}

/** Where an MCP server may be. */
const PLACES = ['server_url', 'connector_id', 'tunnel_id'] as const;

type AnyTool = { readonly type?: string; readonly name?: string } & {
  readonly [Place in (typeof PLACES)[number]]?: string;
};

export function checkTools(tools: readonly AnyTool[], param: string): void {
  tools.forEach((tool, index) => {
    const { type, name } = tool;
    if (type === undefined) throw refusals.missing(`${param}[${index}].type`);
    if (type === 'mcp' && PLACES.every((place) => tool[place] === undefined))
      throw refusals.missing(`${param}[${index}].server_url`);
    if (type !== 'function') return;
    if (name === undefined) throw refusals.missing(`${param}[${index}].name`);
    if (TOOL_NAME.test(name)) return;
    throw refusals.invalid(`${param}[${index}].name`, `The tool name '${name}' must match ${TOOL_NAME}.`);
  });
}

type OfferedTool = { readonly type?: string; readonly name?: string; readonly server_label?: string };

/** A choice has to be among the tools that it is made from. */
export function checkToolChoice(
  choice: RealtimeToolChoiceConfig | undefined,
  tools: readonly OfferedTool[],
  param: string,
): void {
  if (choice === undefined || typeof choice === 'string') return;
  const { type } = choice;
  const name = type === 'function' ? choice.name : choice.server_label;
  const isOffered = tools.some((tool) =>
    type === 'function' ? tool.type === type && tool.name === name : tool.server_label === name,
  );
  if (!isOffered) throw refusals.invalid(param, `Tool choice '${name}' not found in 'tools' parameter.`);
}

export function checkMaxOutputTokens(value: number | 'inf' | undefined, param: string): void {
  if (value === undefined || value === 'inf' || (value >= 1 && value <= 4096)) return;
  throw refusals.invalid(param, `Expected 1 to 4096 or "inf", got ${value}.`);
}

function updatedInput(input: InputConfig, update: InputUpdate): InputConfig {
  const { format, transcription, noise_reduction, turn_detection } = update;
  return {
    format: format === undefined ? input.format : wholeFormat(format, 'session.audio.input.format'),
    transcription: transcription === undefined ? input.transcription : transcription,
    noise_reduction: noise_reduction === undefined ? input.noise_reduction : noise_reduction,
    turn_detection: turn_detection === undefined ? input.turn_detection : wholeDetection(turn_detection),
  };
}

function updatedOutput(output: OutputConfig, update: OutputUpdate, hasSpoken: boolean): OutputConfig {
  const { format, voice = output.voice, speed = output.speed } = update;
  checkVoice(voice, output.voice, hasSpoken, 'session.audio.output.voice');
  return {
    format: format === undefined ? output.format : wholeFormat(format, 'session.audio.output.format'),
    voice,
    speed,
  };
}

export function wholeFormat(format: Format, param: string): WireFormat {
  const { type } = format;
  if (type === undefined) throw refusals.missing(`${param}.type`);
  return type === 'audio/pcm' ? PCM_24 : { type };
}

const VOICES: readonly string[] = [
  ...['alloy', 'ash', 'ballad', 'coral', 'echo', 'sage', 'shimmer', 'verse', 'marin', 'cedar'],
];

/** A voice may change until the model has been heard; afterwards the conversation keeps it. */
export function checkVoice(wanted: Voice, inForce: Voice, hasSpoken: boolean, param: string): void {
  if (JSON.stringify(wanted) === JSON.stringify(inForce)) return;
  if (typeof wanted === 'string' && !VOICES.includes(wanted)) {
    const known = VOICES.map((voice) => `'${voice}'`).join(', ');
    throw refusals.invalid(param, `Invalid value: '${wanted}'. Supported values are: ${known}.`);
  }
  if (hasSpoken) throw refusals.voiceLocked();
}

function wholeDetection(wanted: NonNullable<InputUpdate['turn_detection']> | null): TurnDetection | null {
  if (wanted === null) return null;
  if (wanted.type === 'semantic_vad') return { ...SEMANTIC_VAD, ...wanted };
  const { threshold = 0, prefix_padding_ms = 0, silence_duration_ms = 0 } = wanted;
  checkRange('threshold', threshold, 0, 1);
  checkRange('prefix_padding_ms', prefix_padding_ms, 0, 5_000);
  checkRange('silence_duration_ms', silence_duration_ms, 0, 10_000);
  return { ...SERVER_VAD, ...wanted };
}

function checkRange(field: string, value: number, least: number, most: number): void {
  if (value >= least && value <= most) return;
  const param = `session.audio.input.turn_detection.${field}`;
  throw new RequestError('invalid_value', `Expected ${least} to ${most}, got ${value}.`, param);
}
