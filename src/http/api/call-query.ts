import { z } from 'zod';
import { END_REASONS } from '../../ports/facts.ts';
import type { CallQuery } from '../../ports/store.ts';

/**
 * Which calls are meant, as an address says it. Pages, exports and the API read the same names, so
 * that the address of a page can be kept, sent to somebody, or asked by a program.
 */
export const callFilter = z.object({
  q: z.string().max(200).optional().meta({ description: 'Words that were all said on the call' }),
  from: z.iso.date().optional().meta({ description: 'First day' }),
  to: z.iso.date().optional().meta({ description: 'Last day' }),
  tz: z.coerce.number().int().min(-840).max(840).optional().meta({
    description: 'Minutes that the days of `from` and `to` are behind UTC, as JavaScript counts them',
  }),
  agent: z.string().max(100).optional(),
  number: z.string().max(40).optional().meta({ description: 'A part of either number' }),
  direction: z.enum(['inbound', 'outbound']).optional(),
  end: z.enum(END_REASONS).optional().meta({ description: 'Why it ended' }),
  live: z.enum(['yes', 'no']).optional(),
  tool: z.string().max(100).optional().meta({ description: 'A tool that was used' }),
  trouble: z
    .enum(['tool', 'problem'])
    .optional()
    .meta({ description: '`tool`: a tool failed. `problem`: something else did' }),
  interruptions: z.coerce.number().int().min(0).max(10_000).optional().meta({ description: 'At least' }),
  latency: z.coerce
    .number()
    .min(0)
    .max(600_000)
    .optional()
    .meta({ description: 'At least, in milliseconds' }),
  longer: z.coerce.number().min(0).max(1_000_000).optional().meta({ description: 'Seconds' }),
  shorter: z.coerce.number().min(0).max(1_000_000).optional().meta({ description: 'Seconds' }),
  cost: z.coerce.number().min(0).max(1_000_000).optional().meta({ description: 'At least, in US dollars' }),
  reviewed: z.enum(['yes', 'no']).optional(),
  tag: z.string().max(60).optional(),
});
export type CallFilter = z.output<typeof callFilter>;

/** With the place on the way through many of them. */
export const callListQuery = callFilter.extend({
  after: z.string().max(200).optional().meta({ description: '`next` of the page before' }),
  limit: z.coerce.number().int().min(1).max(200).optional(),
});

/** An address without what is not looked for: neither places on the way, nor anything that others put there. */
export function lookedFor(address: URLSearchParams, ...besides: readonly string[]): string {
  const names = [...Object.keys(callFilter.shape), ...besides];
  return new URLSearchParams(
    [...address].filter(([name, value]) => value !== '' && names.includes(name)),
  ).toString();
}

/** The same on a page, which shows some columns of them. */
export const callsPageQuery = callListQuery.extend({ columns: z.string().max(300).optional() });
export type CallsPageQuery = z.output<typeof callsPageQuery>;

/** What the address says, in the words of the store. */
export function callQueryOf(
  filter: CallFilter & { after?: string | undefined; limit?: number | undefined },
): CallQuery {
  const { from, to, tz = 0 } = filter;
  return withoutGaps({
    words: filter.q,
    fromWallMs: from === undefined ? undefined : startOfDay(from, tz),
    toWallMs: to === undefined ? undefined : startOfDay(to, tz) + DAY_MS - 1,
    agent: filter.agent,
    number: filter.number,
    direction: filter.direction,
    endReason: filter.end,
    isLive: isYes(filter.live),
    tool: filter.tool,
    hasToolFailure: filter.trouble === 'tool' ? true : undefined,
    hasProblem: filter.trouble === 'problem' ? true : undefined,
    leastInterruptions: filter.interruptions,
    leastLatencyMs: filter.latency,
    leastDurationMs: filter.longer === undefined ? undefined : filter.longer * 1000,
    mostDurationMs: filter.shorter === undefined ? undefined : filter.shorter * 1000,
    leastCost: filter.cost,
    isReviewed: isYes(filter.reviewed),
    tag: filter.tag,
    after: filter.after,
    limit: filter.limit,
  });
}

type Gappy<T> = { [Key in keyof T]: T[Key] | undefined };

/** What is undefined is not asked for. */
function withoutGaps(query: Gappy<CallQuery>): CallQuery {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}

function isYes(word: 'yes' | 'no' | undefined): boolean | undefined {
  return word === undefined ? undefined : word === 'yes';
}

function startOfDay(day: string, tz: number): number {
  return Date.parse(`${day}T00:00:00Z`) + tz * 60_000;
}

const DAY_MS = 24 * 60 * 60 * 1000;
