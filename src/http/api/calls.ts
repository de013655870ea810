import { answerWith } from '../making/send.ts';
import type { PageContext } from '../pages/page-context.ts';
import { type Route, route } from '../routing/route.ts';
import { callFilter, callListQuery, callQueryOf } from './call-query.ts';

/** Many calls at once. */
export function callsApi({ pages }: PageContext): readonly Route[] {
  return [
    route('get /api/calls', {
      says: 'Calls, newest first, a page at a time.',
      needs: 'viewer',
      query: callListQuery,
      handle: ({ query, request }, response) =>
        answerWith(pages, { type: 'calls', query: callQueryOf(query) }, request, response),
    }),
    route('get /api/calls.csv', {
      says: 'All calls of a query as a table. No cell is taken for a formula.',
      needs: 'viewer',
      isTaken: true,
      query: callFilter,
      handle: ({ query, request }, response) =>
        answerWith(
          pages,
          { type: 'calls_file', format: 'csv', query: callQueryOf(query) },
          request,
          response,
        ),
    }),
    route('get /api/calls.jsonl', {
      says: 'All calls of a query, one JSON object a line.',
      needs: 'viewer',
      isTaken: true,
      query: callFilter,
      handle: ({ query, request }, response) =>
        answerWith(
          pages,
          { type: 'calls_file', format: 'jsonl', query: callQueryOf(query) },
          request,
          response,
        ),
    }),
    route('get /api/figures', {
      says: 'What calls of a query amount to, day by day.',
      needs: 'viewer',
      query: callFilter,
      handle: ({ query, request }, response) =>
        answerWith(pages, { type: 'figures', query: callQueryOf(query) }, request, response),
    }),
  ];
}
