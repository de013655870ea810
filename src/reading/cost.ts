import type { CallSums } from '../ports/call-state.ts';
import type { CallCost } from '../ports/reading.ts';
import type { TranscriptionUsage, Usage } from '../ports/session.ts';

/** When these prices were read. Vendors change them: compare before you rely on a sum. */
export const PRICES_AS_OF = '2026-08-06';

/** US dollars for a million tokens. */
export interface ModelPrices {
  readonly textIn: number;
  readonly cachedTextIn: number;
  readonly textOut: number;
  readonly audioIn: number;
  readonly cachedAudioIn: number;
  readonly audioOut: number;
  readonly imageIn: number;
  readonly cachedImageIn: number;
}

const IMAGES = { imageIn: 5, cachedImageIn: 0.5 } as const;
const AUDIO = { audioIn: 32, cachedAudioIn: 0.4, audioOut: 64 } as const;

const REALTIME_2: ModelPrices = { textIn: 4, cachedTextIn: 0.4, textOut: 24, ...AUDIO, ...IMAGES };
/** The audio prices of the first one, `gpt-realtime`, were last seen earlier than the others. */
const REALTIME_1: ModelPrices = { textIn: 4, cachedTextIn: 0.4, textOut: 16, ...AUDIO, ...IMAGES };
const REALTIME_2_MINI: ModelPrices = {
  textIn: 0.6,
  cachedTextIn: 0.06,
  textOut: 2.4,
  audioIn: 10,
  cachedAudioIn: 0.3,
  audioOut: 20,
  imageIn: 0.8,
  cachedImageIn: 0.08,
};

/** By the name a session asks for. One that is missing here has no known price: none is guessed. */
const MODEL_PRICES: ReadonlyMap<string, ModelPrices> = new Map([
  ['gpt-realtime-2.1', REALTIME_2],
  ['gpt-realtime-2', REALTIME_2],
  ['gpt-realtime-2.1-mini', REALTIME_2_MINI],
  ['gpt-realtime-1.5', REALTIME_1],
  ['gpt-realtime', REALTIME_1],
  ['gpt-realtime-2025-08-28', REALTIME_1],
  // Nobody is billed for practice; it shows what the call would have cost with the default model.
  ['practice', REALTIME_2],
]);

/** What writes down the caller's words is billed by the minute of their sound, or by the token. */
export type TranscriptionPrices =
  | { readonly by: 'minute'; readonly dollars: number }
  /** US dollars for a million tokens. */
  | { readonly by: 'token'; readonly in: number; readonly out: number };

/** By the name a session asks for. One that is missing here counts as free: none is guessed. */
const TRANSCRIPTION_PRICES: ReadonlyMap<string, TranscriptionPrices> = new Map([
  ['gpt-realtime-whisper', { by: 'minute', dollars: 0.017 }],
  ['gpt-live-transcribe', { by: 'minute', dollars: 0.017 }],
  ['gpt-transcribe', { by: 'minute', dollars: 0.0045 }],
  ['gpt-4o-transcribe', { by: 'token', in: 2.5, out: 10 }],
  ['gpt-4o-mini-transcribe', { by: 'token', in: 1.25, out: 5 }],
  ['gpt-4o-mini-transcribe-2025-12-15', { by: 'token', in: 1.25, out: 5 }],
]);

/** US dollars for each minute begun. */
export interface LinePrices {
  readonly inbound: number;
  readonly outbound: number;
  /** For the sound being streamed to us. */
  readonly stream: number;
}

/** Local numbers of the USA at list price; other countries differ widely, and this was not read again on that day. */
const LINE_PRICES: ReadonlyMap<string, LinePrices> = new Map([
  ['twilio', { inbound: 0.0085, outbound: 0.014, stream: 0.004 }],
]);

export interface Consumption {
  readonly model: string;
  readonly carrier: string;
  readonly direction: 'inbound' | 'outbound';
  /** How long the line was open. */
  readonly openMs: number;
  readonly usage: Usage;
  /** For the caller's words in writing, model by model. */
  readonly transcribed?: readonly TranscriptionUsage[];
}

/** Null where the model's prices are not known. */
export function costOfCall(sums: CallSums): CallCost | null {
  const { answeredMs, endedMs, lastAtMs } = sums;
  const openMs = answeredMs === null ? 0 : Math.max(0, (endedMs ?? lastAtMs) - answeredMs);
  return costOf({ ...sums, openMs });
}

/** Null where the model's prices are not known. A carrier we know no prices of counts as free. */
export function costOf(consumption: Consumption): CallCost | null {
  const { model, carrier, direction, openMs, usage, transcribed = [] } = consumption;
  const tokens = tokenCost(model, usage);
  if (tokens === null) return null;
  const prices = LINE_PRICES.get(carrier);
  const minutes = Math.ceil(openMs / 60_000); // a minute begun is a minute paid
  const transcription = transcribed.reduce((sum, used) => sum + transcriptionCost(used), 0);
  const line = prices ? minutes * (prices[direction] + prices.stream) : 0;
  return {
    model: countable(tokens),
    transcription: countable(transcription),
    line: countable(line),
    total: countable(tokens + transcription + line),
  };
}

/** To the millionth of a dollar: less than a token costs, and none of the dust that sums of fractions leave behind. */
export function countable(dollars: number): number {
  return Math.round(dollars * 1e6) / 1e6;
}

/** Nothing where the prices are not known. */
function transcriptionCost({ model, textIn, audioIn, textOut, seconds }: TranscriptionUsage): number {
  const prices = TRANSCRIPTION_PRICES.get(model);
  if (!prices) return 0;
  if (prices.by === 'minute') return (seconds / 60) * prices.dollars;
  return ((textIn + audioIn) * prices.in + textOut * prices.out) / 1_000_000;
}

function tokenCost(model: string, usage: Usage): number | null {
  const prices = MODEL_PRICES.get(model);
  if (!prices) return null;
  const perMillion =
    input(usage.textIn, usage.cachedTextIn, prices.textIn, prices.cachedTextIn) +
    input(usage.audioIn, usage.cachedAudioIn, prices.audioIn, prices.cachedAudioIn) +
    input(usage.imageIn, usage.cachedImageIn, prices.imageIn, prices.cachedImageIn) +
    usage.textOut * prices.textOut +
    usage.audioOut * prices.audioOut;
  return perMillion / 1_000_000;
}

/** The cached tokens are some of those that went in, and cost less. */
function input(tokens: number, cached: number, price: number, cachedPrice: number): number {
  const fromCache = Math.min(cached, tokens);
  return (tokens - fromCache) * price + fromCache * cachedPrice;
}
