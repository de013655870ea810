import type { RateLimitsUpdatedEvent } from 'openai/resources/realtime/realtime';

/** The practice model has no limits; these are figures for a client to read. */
const REQUESTS = { name: 'requests', limit: 1_000, remaining: 999, reset_seconds: 0.06 } as const;
const TOKENS = { name: 'tokens', limit: 40_000, remaining: 38_490, reset_seconds: 2.265 } as const;

/** With a time, as if the tokens were used up until then. */
export function rateLimits(exhaustedForS: number | undefined): RateLimitsUpdatedEvent['rate_limits'] {
  if (exhaustedForS === undefined) return [REQUESTS, TOKENS];
  return [REQUESTS, { ...TOKENS, remaining: 0, reset_seconds: exhaustedForS }];
}
