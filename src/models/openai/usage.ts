import type { Usage } from '../../ports/model.ts';
import type { ServerUsage } from './server-events.ts';

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
