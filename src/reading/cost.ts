import type { CallCost } from '../ports/reading.ts';
import type { TranscriptionUsage, Usage } from '../ports/session.ts';
import { LINE_PRICES, MODEL_PRICES, TRANSCRIPTION_PRICES } from './prices.ts';

export interface Consumption {
  readonly model: string;
  readonly carrier: string;
  readonly direction: 'inbound' | 'outbound';
  /** How long the line was open. */
  readonly openMs: number;
  readonly usage: Usage;
  /** What the transcripts of the caller's words have cost, in US dollars. */
  readonly transcription?: number;
}

/** Null where the model's prices are not known. A carrier we know no prices of counts as free. */
export function costOf(consumption: Consumption): CallCost | null {
  const { model, carrier, direction, openMs, usage, transcription = 0 } = consumption;
  const tokens = tokenCost(model, usage);
  if (tokens === null) return null;
  const prices = LINE_PRICES.get(carrier);
  const minutes = Math.ceil(openMs / 60_000); // a minute begun is a minute paid
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

/** Nothing where the prices are not known, or nothing is told of what was used. */
export function transcriptionCost(usage: TranscriptionUsage | undefined): number {
  const prices = TRANSCRIPTION_PRICES.get(usage?.model ?? '');
  if (!usage || !prices) return 0;
  const { textIn, audioIn, textOut, seconds } = usage;
  if (prices.by === 'minute') return ((seconds || audioIn / AUDIO_TOKENS_PER_SECOND) / 60) * prices.dollars;
  return ((textIn + audioIn) * prices.in + textOut * prices.out) / 1_000_000;
}

const AUDIO_TOKENS_PER_SECOND = 10;

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

export const NO_USAGE: Usage = {
  textIn: 0,
  audioIn: 0,
  imageIn: 0,
  cachedTextIn: 0,
  cachedAudioIn: 0,
  cachedImageIn: 0,
  textOut: 0,
  audioOut: 0,
};

export function addUsage(one: Usage, other: Usage): Usage {
  return {
    textIn: one.textIn + other.textIn,
    audioIn: one.audioIn + other.audioIn,
    imageIn: one.imageIn + other.imageIn,
    cachedTextIn: one.cachedTextIn + other.cachedTextIn,
    cachedAudioIn: one.cachedAudioIn + other.cachedAudioIn,
    cachedImageIn: one.cachedImageIn + other.cachedImageIn,
    textOut: one.textOut + other.textOut,
    audioOut: one.audioOut + other.audioOut,
  };
}
