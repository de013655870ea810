import type { TranscriptionUsage, Usage } from '../../ports/session.ts';
import type { ServerTranscription, ServerUsage } from './server-events.ts';

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
