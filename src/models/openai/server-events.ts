import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import { z } from 'zod';
import type { TranscriptionUsage, Usage } from '../../ports/session.ts';

/** What an event was called in the beta; servers other than the vendor's still write these. */
const OLD_NAMES: ReadonlyMap<string, string> = new Map([
  ['response.audio.delta', 'response.output_audio.delta'],
  ['response.audio.done', 'response.output_audio.done'],
  ['response.audio_transcript.delta', 'response.output_audio_transcript.delta'],
  ['response.audio_transcript.done', 'response.output_audio_transcript.done'],
  ['response.text.delta', 'response.output_text.delta'],
  ['response.text.done', 'response.output_text.done'],
  ['conversation.item.created', 'conversation.item.added'],
]);

/** The name of today for an event, however old the server's is. */
function todaysName(name: string): string {
  return OLD_NAMES.get(name) ?? name;
}

/** Events that are part of the protocol and tell a call nothing. Whatever is in no list is worth a word in the log. */
const OF_NO_INTEREST: ReadonlySet<string> = new Set([
  'conversation.created',
  'conversation.item.retrieved',
  'conversation.item.truncated',
  'conversation.item.deleted',
  'conversation.item.input_audio_transcription.delta',
  'conversation.item.input_audio_transcription.segment',
  'input_audio_buffer.committed',
  'input_audio_buffer.cleared',
  'input_audio_buffer.timeout_triggered',
  'input_audio_buffer.dtmf_event_received',
  'output_audio_buffer.started',
  'output_audio_buffer.stopped',
  'output_audio_buffer.cleared',
  'response.content_part.added',
  'response.content_part.done',
  'response.output_audio_transcript.done',
  'response.output_text.done',
  'response.function_call_arguments.delta',
  'response.function_call_arguments.done',
  'rate_limits.updated',
  'mcp_list_tools.in_progress',
  'mcp_list_tools.completed',
  'response.mcp_call_arguments.delta',
]);

/**
 * Whether a JSON text has more to it, outside its strings, than any message of a model's has.
 *
 * A long string costs a parser next to nothing; a hundred thousand brackets cost it the time of a whole call's
 * sound. This looks at so much and no more, before anything is parsed.
 */
export function isOverBuilt(text: Buffer): boolean {
  if (text.length <= MOST_STRUCTURE_BYTES) return false;
  let seen = 0;
  for (let at = 0; at < text.length; at++) {
    if (++seen > MOST_STRUCTURE_BYTES) return true;
    if (text[at] !== QUOTE) continue;
    // To the end of the string; a quote that is escaped is not the end.
    do {
      at = text.indexOf(QUOTE, at + 1);
      if (at < 0) return false; // no JSON, which a parser notices as cheaply
      if (++seen > MOST_STRUCTURE_BYTES) return true;
    } while (isEscaped(text, at));
  }
  return false;
}

function isEscaped(text: Buffer, at: number): boolean {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === BACKSLASH && backslashes < MOST_STRUCTURE_BYTES) backslashes++;
  return backslashes % 2 === 1;
}

/** The set-up of an agent with fifty tools, repeated by the server, has a quarter of it. */
const MOST_STRUCTURE_BYTES = 64 * 1024;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** What an answer cost, whatever part of the account the server leaves out. */
export function usageOf(usage: ServerUsage | null | undefined): Usage | null {
  const { input_token_details: inward, output_token_details: outward } = usage ?? {};
  if (!inward && !outward) return null;
  const cached = inward?.cached_tokens_details;
  return {
    textIn: inward?.text_tokens ?? 0,
    audioIn: inward?.audio_tokens ?? 0,
    imageIn: inward?.image_tokens ?? 0,
    cachedTextIn: cached?.text_tokens ?? 0,
    cachedAudioIn: cached?.audio_tokens ?? 0,
    cachedImageIn: cached?.image_tokens ?? 0,
    textOut: outward?.text_tokens ?? 0,
    audioOut: outward?.audio_tokens ?? 0,
  };
}

/** What the caller's words in writing cost; the details of the tokens are left out by some. */
export function transcriptionOf(
  model: string,
  usage: ServerTranscription | null | undefined,
): TranscriptionUsage | null {
  if (!usage) return null;
  const { input_tokens, input_token_details: details, output_tokens, seconds } = usage;
  const textIn = details?.text_tokens ?? 0;
  const audioIn = details?.audio_tokens ?? Math.max(0, (input_tokens ?? 0) - textIn);
  return { model, textIn, audioIn, textOut: output_tokens ?? 0, seconds: seconds ?? 0 };
}

type EventName = RealtimeServerEvent['type'];

/** An event of this name, with these members; more of them are welcome and dropped. */
function event<const Name extends EventName, Shape extends z.ZodRawShape>(name: Name, shape: Shape) {
  return z.object({ type: z.literal(name), ...shape });
}

/** Names are kept for as long as a call lasts, so none is longer than any server makes them. */
const id = z.string().max(256);
/** The place within an item is left out by servers whose items have one part. */
const inPart = { response_id: id, item_id: id, content_index: z.number().nullish() };

/** The first few of many: nothing of a model's has more, and each has its price. */
function few<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((list) => (Array.isArray(list) ? list.slice(0, MOST_MEMBERS) : list), z.array(schema));
}
const MOST_MEMBERS = 64;
const format = z.object({ type: z.string(), rate: z.number().nullish() });

/** What the server says is in force. Compatible servers leave parts of it out. */
const session = z.object({
  instructions: z.string().nullish(),
  /** In seconds since 1970. */
  expires_at: z.number().nullish().catch(null),
  audio: z
    .object({
      input: z
        .object({
          format: format.nullish(),
          turn_detection: z
            .object({ create_response: z.boolean().nullish(), interrupt_response: z.boolean().nullish() })
            .nullish(),
        })
        .nullish(),
      output: z.object({ format: format.nullish(), voice: z.unknown().optional() }).nullish(),
    })
    .nullish(),
});

const tokens = z.number().nullish();
const usage = z.object({
  input_token_details: z
    .object({
      text_tokens: tokens,
      audio_tokens: tokens,
      image_tokens: tokens,
      cached_tokens_details: z
        .object({ text_tokens: tokens, audio_tokens: tokens, image_tokens: tokens })
        .nullish(),
    })
    .nullish(),
  output_token_details: z.object({ text_tokens: tokens, audio_tokens: tokens }).nullish(),
});

/** What an answer consists of. Members that one kind lacks are not there, or null. */
const item = z.object({
  id: id.nullish(),
  type: z.string(),
  status: z.string().nullish(),
  name: id.nullish(),
  call_id: id.nullish(),
  arguments: z.string().nullish(),
  server_label: id.nullish(),
  output: z.unknown().optional(),
  error: z.unknown().optional(),
  content: few(z.object({ text: z.string().nullish() })).nullish(),
});

const response = z.object({
  id,
  status: z.string().nullish(),
  status_details: z.unknown().optional(),
  conversation_id: z.string().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  usage: usage.nullish().catch(null),
  output: few(item).nullish().catch(null),
});

/** What it cost to have the caller's words in writing: in tokens, or by the second. */
const transcription = z.object({
  input_tokens: tokens,
  output_tokens: tokens,
  input_token_details: z.object({ text_tokens: tokens, audio_tokens: tokens }).nullish(),
  seconds: z.number().nullish(),
});

const schemas = [
  event('session.created', {}),
  event('session.updated', { session }),
  event('input_audio_buffer.speech_started', { item_id: id.nullish() }),
  event('input_audio_buffer.speech_stopped', {
    item_id: id.nullish(),
    audio_end_ms: z.number().nullish(),
  }),
  event('conversation.item.input_audio_transcription.completed', {
    item_id: id.nullish(),
    transcript: z.string(),
    usage: transcription.nullish().catch(null),
  }),
  event('conversation.item.input_audio_transcription.failed', {
    error: z.object({ code: z.string().nullish(), type: z.string().nullish() }).nullish(),
  }),
  event('response.created', { response }),
  event('response.output_audio.delta', { ...inPart, delta: z.string() }),
  event('response.output_audio.done', inPart),
  event('response.output_audio_transcript.delta', { ...inPart, delta: z.string() }),
  event('conversation.item.added', { item }),
  event('conversation.item.done', { item }),
  event('response.output_text.delta', { ...inPart, item_id: id.default(''), delta: z.string() }),
  event('response.output_item.added', { response_id: id, item }),
  event('response.output_item.done', { response_id: id, item }),
  event('response.mcp_call_arguments.done', {
    response_id: id,
    item_id: id,
    arguments: z.string().nullish(),
  }),
  event('response.mcp_call.in_progress', { item_id: id }),
  event('response.mcp_call.completed', { item_id: id }),
  event('response.mcp_call.failed', { item_id: id }),
  event('mcp_list_tools.failed', { item_id: id.nullish() }),
  event('response.done', { response }),
  event('error', {
    error: z.object({
      type: z.string().nullish(),
      code: z.string().nullish(),
      message: z.string().nullish(),
      param: z.string().nullish(),
      event_id: z.string().nullish(),
    }),
  }),
] as const;

export type ServerEvent = z.infer<(typeof schemas)[number]>;
export type EffectiveSession = z.infer<typeof session>;
export type ServerResponse = z.infer<typeof response>;
export type ServerItem = z.infer<typeof item>;
type ServerUsage = z.infer<typeof usage>;
type ServerTranscription = z.infer<typeof transcription>;
export type ServerError = Extract<ServerEvent, { type: 'error' }>['error'];

const schemaOf = new Map<unknown, z.ZodType<ServerEvent>>(
  schemas.map((schema) => [schema.shape.type.value, schema]),
);

/** What a message of the server's is, as far as can be told without reading all of it. */
export interface Heading {
  /** Null where the name stands behind other things: then only reading tells. */
  readonly name: string | null;
  readonly is: 'needed' | 'of no interest' | 'unknown' | 'to be read';
}

/**
 * Servers write the name first, or right behind the id, and half of what they say is none of our business: that costs
 * no parsing.
 */
export function headingOf(text: Buffer): Heading {
  const written = NAME_FIRST.exec(text.toString('latin1', 0, HEAD_BYTES))?.[1];
  if (written === undefined) return { name: null, is: 'to be read' };
  const name = todaysName(written);
  if (schemaOf.has(name)) return { name, is: 'needed' };
  return { name: written, is: OF_NO_INTEREST.has(name) ? 'of no interest' : 'unknown' };
}

export type Reading =
  | { readonly type: 'event'; readonly event: ServerEvent }
  | { readonly type: 'nothing' }
  /** Something that we should have understood, and a word for it. */
  | { readonly type: 'odd'; readonly code: string };

/** The server's message as one of ours. */
export function readServerEvent(text: Buffer): Reading {
  if (isOverBuilt(text)) return { type: 'odd', code: 'overbuilt_message' };
  let message: unknown;
  try {
    message = JSON.parse(text.toString());
  } catch {
    return UNREADABLE;
  }
  if (typeof message !== 'object' || message === null || !('type' in message)) return UNREADABLE;
  const { type } = message;
  if (typeof type !== 'string') return UNREADABLE;
  const name = todaysName(type);
  const schema = schemaOf.get(name);
  if (!schema)
    return OF_NO_INTEREST.has(name) ? { type: 'nothing' } : { type: 'odd', code: unknownEvent(type) };
  const event = schema.safeParse(name === type ? message : { ...message, type: name }).data;
  return event ? { type: 'event', event } : { type: 'odd', code: `unreadable_event_${name}` };
}

export function unknownEvent(name: string): string {
  return `unknown_event_${name}`;
}

const UNREADABLE: Reading = { type: 'odd', code: 'unreadable_message' };

const NAME_FIRST = /^\s{0,9}\{\s{0,9}(?:"event_id"\s?:\s?"[^"\\]*",\s{0,9})?"type"\s?:\s?"([^"\\]+)"/;

/** An id may have 512 letters. */
const HEAD_BYTES = 700;
