import type { CallSums } from '../ports/call-state.ts';
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
