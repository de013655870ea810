import type { RateLimitsUpdatedEvent, RealtimeResponseUsage } from 'openai/resources/realtime/realtime';
import type { Output, Plan } from './brain.ts';
import type { Entry } from './conversation.ts';

/** Tokens by kind. */
export interface Tokens {
  readonly text: number;
  readonly audio: number;
}

/** A caller's sound is one token per 100 ms, the model's own one per 50 ms. */
const CALLER_TOKEN_MS = 100;
export const SPOKEN_TOKEN_MS = 50;
const CHARACTERS_PER_TOKEN = 4;
/** What is remembered from request to request is remembered in blocks. */
const CACHE_BLOCK = 64;

export function textTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}

/** What a part of the conversation costs to be read, or cost to be made. */
export function entryTokens(entry: Entry): Tokens {
  const { item, audioMs } = entry;
  switch (item.type) {
    case 'function_call':
      return { text: textTokens(item.name + item.arguments), audio: 0 };
    case 'function_call_output':
      return { text: textTokens(item.output), audio: 0 };
    case 'message': {
      const perToken = item.role === 'assistant' ? SPOKEN_TOKEN_MS : CALLER_TOKEN_MS;
      const words = item.content.map((part) => part.text ?? assistantTranscript(item.role, part)).join('');
      return { text: textTokens(words), audio: Math.ceil(audioMs / perToken) };
    }
    default:
      return { text: 0, audio: 0 };
  }
}

/** A caller's transcript is for reference and is not shown to the model; the model's own words are. */
function assistantTranscript(role: string, part: object): string {
  return role === 'assistant' && 'transcript' in part && typeof part.transcript === 'string'
    ? part.transcript
    : '';
}

export function sumTokens(parts: readonly Tokens[]): Tokens {
  return parts.reduce<Tokens>(
    (sum, { text, audio }) => ({ text: sum.text + text, audio: sum.audio + audio }),
    { text: 0, audio: 0 },
  );
}

/** Counts a session's tokens. Every answer reads the whole conversation again, most of it from the cache. */
export class UsageMeter {
  #lastInput: Tokens = { text: 0, audio: 0 };

  measure(input: Tokens, output: Tokens): RealtimeResponseUsage {
    const cached = { text: this.#cached('text', input), audio: this.#cached('audio', input) };
    this.#lastInput = input;
    return {
      total_tokens: input.text + input.audio + output.text + output.audio,
      input_tokens: input.text + input.audio,
      output_tokens: output.text + output.audio,
      input_token_details: {
        text_tokens: input.text,
        audio_tokens: input.audio,
        image_tokens: 0,
        cached_tokens: cached.text + cached.audio,
        cached_tokens_details: { text_tokens: cached.text, audio_tokens: cached.audio, image_tokens: 0 },
      },
      output_token_details: { text_tokens: output.text, audio_tokens: output.audio },
    };
  }

  #cached(kind: keyof Tokens, input: Tokens): number {
    const known = Math.min(this.#lastInput[kind], input[kind]);
    return known - (known % CACHE_BLOCK);
  }
}

const SAMPLES_PER_TOKEN = 24 * SPOKEN_TOKEN_MS;

/** A plan that stops, incomplete, where the tokens it may use are used up. */
export function withinTokens(plan: Plan, maximum: number | 'inf'): Plan {
  if (maximum === 'inf') return plan;
  const outputs: Output[] = [];
  let left = maximum;
  for (const output of plan.outputs) {
    const cost = tokensOf(output);
    if (cost > left) {
      const cut = cutTo(output, left);
      if (cut !== null) outputs.push(cut);
      return { ...plan, outputs, ending: { status: 'incomplete', reason: 'max_output_tokens' } };
    }
    outputs.push(output);
    left -= cost;
  }
  return plan;
}

function tokensOf(output: Output): number {
  switch (output.type) {
    case 'speech':
      return Math.ceil(output.samples.length / SAMPLES_PER_TOKEN);
    case 'text':
      return textTokens(output.text);
    case 'call':
      return textTokens(output.name + output.arguments);
  }
}

function cutTo(output: Output, tokens: number): Output | null {
  if (tokens <= 0 || output.type === 'call') return null;
  if (output.type === 'text') {
    return { ...output, text: output.text.slice(0, tokens * CHARACTERS_PER_TOKEN) };
  }
  const samples = output.samples.subarray(0, tokens * SAMPLES_PER_TOKEN);
  const share = samples.length / output.samples.length;
  return { ...output, samples, text: output.text.slice(0, Math.ceil(output.text.length * share)) };
}

/** The practice model has no limits; these are figures for a client to read. */
const REQUESTS = { name: 'requests', limit: 1_000, remaining: 999, reset_seconds: 0.06 } as const;
const TOKENS = { name: 'tokens', limit: 40_000, remaining: 38_490, reset_seconds: 2.265 } as const;

/** With a time, as if the tokens were used up until then. */
export function rateLimits(exhaustedForS: number | undefined): RateLimitsUpdatedEvent['rate_limits'] {
  if (exhaustedForS === undefined) return [REQUESTS, TOKENS];
  return [REQUESTS, { ...TOKENS, remaining: 0, reset_seconds: exhaustedForS }];
}
