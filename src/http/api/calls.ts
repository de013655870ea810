import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import type { CallCard } from '../../ports/call-store.ts';
import type { House } from '../review/house.ts';
import { type Route, route } from '../routing/route.ts';
import { callFilter, callListQuery, callQueryOf } from './call-query.ts';
import { CSV_COLUMNS, csvLine } from './csv.ts';

/** Many calls at once. */
export function callsApi({ store }: House): readonly Route[] {
  return [
    route('get /api/calls', {
      says: 'Calls, newest first, a page at a time.',
      needs: 'viewer',
      query: callListQuery,
      async handle({ query }, response) {
        response.json(await store.list(callQueryOf(query)));
      },
    }),
    route('get /api/calls.csv', {
      says: 'All calls of a query as a table. No cell is taken for a formula.',
      needs: 'viewer',
      isTaken: true,
      query: callFilter,
      async handle({ query }, response) {
        response.type('text/csv; charset=utf-8').attachment('calls.csv');
        await stream(
          response,
          store.each(callQueryOf(query)),
          csvLine,
          `${Object.keys(CSV_COLUMNS).join(',')}\r\n`,
        );
      },
    }),
    route('get /api/calls.jsonl', {
      says: 'All calls of a query, one JSON object a line.',
      needs: 'viewer',
      isTaken: true,
      query: callFilter,
      async handle({ query }, response) {
        response.type('application/jsonl; charset=utf-8').attachment('calls.jsonl');
        await stream(response, store.each(callQueryOf(query)), (card) => `${JSON.stringify(card)}\n`, '');
      },
    }),
    route('get /api/figures', {
      says: 'What calls of a query amount to, day by day.',
      needs: 'viewer',
      query: callFilter,
      async handle({ query }, response) {
        response.json({ days: await store.figures(callQueryOf(query)) });
      },
    }),
  ];
}

/** As fast as it is taken, and no further ahead. Whoever leaves in the middle of it is no mistake of ours. */
async function stream(
  response: Response,
  cards: AsyncIterable<CallCard>,
  lineOf: (card: CallCard) => string,
  head: string,
): Promise<void> {
  async function* lines(): AsyncGenerator<string> {
    if (head !== '') yield head;
    for await (const card of cards) yield lineOf(card);
  }
  await pipeline(Readable.from(lines()), response).catch((error: unknown) => {
    if (!response.destroyed || !isGone(error)) throw error;
  });
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}
