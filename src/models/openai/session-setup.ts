import type {
  RealtimeAudioFormats,
  RealtimeAudioInputTurnDetection,
  RealtimeSessionCreateRequest,
  RealtimeToolsConfig,
} from 'openai/resources/realtime/realtime';
import type { AudioFormat } from '../../audio/format.ts';
import type { Capabilities, RemoteTools, SessionSetup, TurnSettings } from '../../ports/session.ts';
import type { ToolOffer } from '../../ports/tools.ts';
import type { EffectiveSession } from './server-events.ts';

/** What is configured once for every conversation with this model. */
export interface OpenAIDefaults {
  readonly audio: AudioFormat;
  readonly voice: string;
  /** Turns what the caller said into text; null is off. */
  readonly transcription: { readonly model: string; readonly language: string | null } | null;
}

/** Always sent whole: whether the server merges or replaces nested objects is not documented. */
export function sessionUpdate(
  setup: SessionSetup,
  instructions: string,
  defaults: OpenAIDefaults,
): RealtimeSessionCreateRequest {
  const format = WIRE_FORMAT[defaults.audio];
  const language = setup.language ?? defaults.transcription?.language;
  return {
    type: 'realtime',
    output_modalities: [setup.output === 'text' ? 'text' : 'audio'],
    instructions,
    tools: toolsConfig(setup.tools, setup.remoteTools),
    audio: {
      input: {
        format,
        // Callers hold the phone to their ear; it runs before the server's voice detection.
        noise_reduction: { type: 'near_field' },
        turn_detection: turnDetection(setup.turnTaking),
        ...(defaults.transcription && {
          transcription: { model: defaults.transcription.model, ...(language && { language }) },
        }),
      },
      output: { format, voice: setup.voice ?? defaults.voice },
    },
  };
}

/**
 * What is left to ask for when the server refuses a set-up because of one field:
 * a call without a transcript or with another voice beats no call. Null if the
 * field is one we cannot do without.
 */
export function withoutRefusedPart(
  asked: RealtimeSessionCreateRequest,
  param: string,
): { readonly session: RealtimeSessionCreateRequest; readonly without: string } | null {
  const session = structuredClone(asked);
  const { input, output } = session.audio ?? {};
  if (param.startsWith('session.audio.input.transcription') && input?.transcription) {
    delete input.transcription;
    return { session, without: 'transcription' };
  }
  if (param.startsWith('session.audio.input.noise_reduction') && input?.noise_reduction) {
    delete input.noise_reduction;
    return { session, without: 'noise_reduction' };
  }
  if (param.startsWith('session.audio.output.voice') && output?.voice) {
    delete output.voice;
    return { session, without: 'voice' };
  }
  return null;
}

/** What is in force, where the server says so, and else what was asked for; or why we cannot talk like that. */
export function traitsInForce(
  inForce: EffectiveSession,
  asked: RealtimeSessionCreateRequest,
  format: AudioFormat,
): Capabilities | { readonly unusable: 'format' | 'turns'; readonly what: string } {
  const { input, output } = inForce.audio ?? {};
  const heard = input?.format ? readFormat(input.format) : format;
  const spoken = output?.format ? readFormat(output.format) : format;
  if (!heard || !spoken)
    return { unusable: 'format', what: `speaks_${(heard ? output : input)?.format?.type}` };
  const askedTurns = asked.audio?.input?.turn_detection ?? null;
  const turns = input?.turn_detection === undefined ? askedTurns : input.turn_detection;
  if (askedTurns && !turns) return { unusable: 'turns', what: 'notices_no_turns' };
  return {
    formats: { input: heard, output: spoken },
    truncates: true,
    cancels: true,
    hasTurnEvents: turns !== null,
    answersTurns: turns?.create_response ?? askedTurns?.create_response ?? false,
    yieldsToSpeech: turns?.interrupt_response ?? askedTurns?.interrupt_response ?? false,
    takesHistory: true,
    expiresAt: typeof inForce.expires_at === 'number' ? inForce.expires_at * 1_000 : null,
    pacing: 'burst',
  };
}

export function toolsConfig(
  offers: readonly ToolOffer[],
  servers: readonly RemoteTools[],
): RealtimeToolsConfig {
  return [...offers.map(functionTool), ...servers.map(remoteTools)];
}

function functionTool({ name, description, parameters }: ToolOffer): RealtimeToolsConfig[number] {
  return { type: 'function', name, description, parameters };
}

function remoteTools({ label, url, authorization, allowed }: RemoteTools): RealtimeToolsConfig[number] {
  return {
    type: 'mcp',
    server_label: label,
    server_url: url,
    require_approval: 'never',
    ...(authorization !== undefined && { authorization }),
    ...(allowed && { allowed_tools: [...allowed] }),
  };
}

const WIRE_FORMAT = {
  pcmu: { type: 'audio/pcmu' },
  pcm24: { type: 'audio/pcm', rate: 24_000 },
} as const satisfies Record<AudioFormat, RealtimeAudioFormats>;

function readFormat({ type, rate }: { type: string; rate?: number | null | undefined }): AudioFormat | null {
  if (type === 'audio/pcmu') return 'pcmu';
  if (type === 'audio/pcm' && (rate ?? 24_000) === 24_000) return 'pcm24';
  return null;
}

function turnDetection({ detection, isLedByUs }: TurnSettings): RealtimeAudioInputTurnDetection | null {
  const turns = { create_response: !isLedByUs, interrupt_response: !isLedByUs };
  switch (detection.type) {
    case 'manual':
      return null;
    case 'semantic_vad':
      return { type: 'semantic_vad', eagerness: detection.eagerness, ...turns };
    case 'server_vad':
      return {
        type: 'server_vad',
        threshold: detection.threshold,
        prefix_padding_ms: detection.prefixPaddingMs,
        silence_duration_ms: detection.silenceMs,
        ...turns,
      };
  }
}
