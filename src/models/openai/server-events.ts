import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import { z } from 'zod';

type EventName = RealtimeServerEvent['type'];

/** An event of this name, with these members; more of them are welcome and dropped. */
function event<const Name extends EventName, Shape extends z.ZodRawShape>(name: Name, shape: Shape) {
  return z.object({ type: z.literal(name), ...shape });
}

const inPart = { response_id: z.string(), item_id: z.string(), content_index: z.number() };
const format = z.object({ type: z.string(), rate: z.number().nullish() });

/** What the server says is in force. Compatible servers leave parts of it out. */
const session = z.object({
  instructions: z.string().nullish(),
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
  type: z.string(),
  status: z.string().nullish(),
  name: z.string().nullish(),
  call_id: z.string().nullish(),
  arguments: z.string().nullish(),
  content: z.array(z.object({ text: z.string().nullish() })).nullish(),
});

const response = z.object({
  id: z.string(),
  status: z.string().nullish(),
  status_details: z.unknown().optional(),
  conversation_id: z.string().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  usage: usage.nullish().catch(null),
  output: z.array(item).nullish().catch(null),
});

const schemas = [
  event('session.created', {}),
  event('session.updated', { session }),
  event('input_audio_buffer.speech_started', {}),
  event('input_audio_buffer.speech_stopped', { audio_end_ms: z.number().nullish() }),
  event('conversation.item.input_audio_transcription.completed', { transcript: z.string() }),
  event('response.created', { response }),
  event('response.output_audio.delta', { ...inPart, delta: z.string() }),
  event('response.output_audio.done', inPart),
  event('response.output_audio_transcript.delta', { ...inPart, delta: z.string() }),
  event('conversation.item.added', { item }),
  event('conversation.item.created', { item }),
  event('response.output_text.delta', { response_id: z.string(), delta: z.string() }),
  event('response.output_item.done', { response_id: z.string(), item }),
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
export type ServerUsage = z.infer<typeof usage>;
export type ServerError = Extract<ServerEvent, { type: 'error' }>['error'];

const schemaOf = new Map<unknown, z.ZodType<ServerEvent>>(
  schemas.map((schema) => [schema.shape.type.value, schema]),
);

/**
 * Servers write the name first, or right behind the id, and half of what they say is none of our business: that costs
 * no parsing.
 */
const NAME_FIRST = /^\{(?:"event_id":"[^"\\]*",)?"type":"([^"\\]+)"/;

/** The server's message as one of ours; null for what we do not know, need or understand. */
export function readServerEvent(text: string): ServerEvent | null {
  const name = NAME_FIRST.exec(text)?.[1];
  if (name !== undefined && !schemaOf.has(name)) return null;
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof message !== 'object' || message === null || !('type' in message)) return null;
  return schemaOf.get(message.type)?.safeParse(message).data ?? null;
}
