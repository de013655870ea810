import type { Request, Response } from 'express';
import { z } from 'zod';
import { callFilter, callQueryOf, callsPageQuery, lookedFor } from '../api/call-query.ts';
import type { PageRequest } from '../making/page-requests.ts';
import type { Pages } from '../making/pages.ts';
import { answerWith, leaving, send } from '../making/send.ts';
import { callId, ofCall, type Route, route } from '../routing/route.ts';
import { visitOf } from './layout.ts';
import type { PageContext } from './page-context.ts';
import { RETRY_LOG_S } from './words.ts';

/** The pages that people read: which there are. What stands on them is made elsewhere. */
export function reviewPages({ pages }: PageContext): readonly Route[] {
  return [
    route('get /', {
      says: 'The calls.',
      needs: 'viewer',
      query: callsPageQuery,
      async handle({ query: filter, request }, response) {
        const wanted = {
          type: 'calls_page',
          filter,
          query: callQueryOf(filter),
          search: lookedFor(addressOf(request), 'columns'),
          visit: visitOf(response),
        } as const;
        await send(await orThoseThatGoOn(pages, wanted, response), request, response);
      },
    }),
    route('get /calls/:callId', {
      says: 'One call.',
      needs: 'viewer',
      params: ofCall,
      handle: ({ params, request }, response) =>
        answerWith(
          pages,
          { type: 'call_page', callId: params.callId, visit: visitOf(response) },
          request,
          response,
        ),
    }),
    route('get /live', {
      says: 'The calls that go on.',
      needs: 'viewer',
      query: z.object({ call: callId.optional() }),
      handle: ({ query, request }, response) =>
        answerWith(
          pages,
          { type: 'live_page', watched: query.call ?? null, visit: visitOf(response) },
          request,
          response,
        ),
    }),
    route('get /numbers', {
      says: 'What the calls amount to, day by day.',
      needs: 'viewer',
      query: callFilter,
      handle({ query: filter, request }, response) {
        const wanted = {
          type: 'numbers_page',
          filter,
          query: callQueryOf(filter),
          search: lookedFor(addressOf(request)),
          visit: visitOf(response),
        } as const;
        return answerWith(pages, wanted, request, response);
      },
    }),
  ];
}

/** The calls that go on are known without a log, and are shown when it cannot be read. */
async function orThoseThatGoOn(
  pages: Pages,
  wanted: Extract<PageRequest, { type: 'calls_page' }>,
  response: Response,
): ReturnType<Pages['make']> {
  const left = leaving(response);
  const answer = await pages.make(wanted, left);
  if (answer.type !== 'no_log') return answer;
  const { visit } = wanted;
  const instead = await pages.make({ type: 'live_calls_page', trouble: answer.trouble, visit }, left);
  if (instead.type !== 'whole') return instead;
  response.status(503).set('Retry-After', String(RETRY_LOG_S));
  return instead;
}

function addressOf({ originalUrl }: Request): URLSearchParams {
  return new URL(originalUrl, 'http://here').searchParams;
}
