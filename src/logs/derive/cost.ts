import type { CallCost } from '../../ports/call-reading.ts';
import type { Usage } from '../../ports/model.ts';
import { LINE_PRICES, MODEL_PRICES } from './prices.ts';

export interface Consumption {
  readonly model: string;
  readonly carrier: string;
  readonly direction: 'inbound' | 'outbound';
  /** How long the line was open. */
  readonly openMs: number;
  readonly usage: Usage;
}

/** Null where the model's prices are not known. A carrier we know no prices of counts as free. */
export function costOf({ model, carrier, direction, openMs, usage }: Consumption): CallCost | null {
  const tokens = tokenCost(model, usage);
  if (tokens === null) return null;
  const prices = LINE_PRICES.get(carrier);
  const minutes = Math.ceil(openMs / 60_000); // a minute begun is a minute paid
  const line = prices ? minutes * (prices[direction] + prices.stream) : 0;
  return { model: countable(tokens), line: countable(line), total: countable(tokens + line) };
}

/** To the millionth of a dollar: less than a token costs, and none of the dust that sums of fractions leave behind. */
export function countable(dollars: number): number {
  return Math.round(dollars * 1e6) / 1e6;
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
