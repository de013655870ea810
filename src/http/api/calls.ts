import { z } from 'zod';
import type { CallPart } from '../making/page-requests.ts';
import { answerWith } from '../making/send.ts';
import type { PageContext } from '../pages/page-context.ts';
import { ofCall, type Route, route } from '../routing/route.ts';
import { noSuchCall, say } from '../routing/say.ts';
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

/** One call: what happened, what was said, how it sounded. */
export function oneCallApi(house: PageContext): readonly Route[] {
  const { store, pages } = house;

  /** A route about a call that there is. */
  const aboutCall = (where: `get /api/calls/:callId${string}`, says: string, what: CallPart) =>
    route(where, {
      says,
      needs: 'viewer',
      isTaken: !LOOKS.has(where),
      params: ofCall,
      handle: ({ params: { callId }, request }, response) =>
        answerWith(pages, { type: 'call', callId, what }, request, response),
    });

  return [
    aboutCall('get /api/calls/:callId', 'A call, read.', 'everything'),
    aboutCall('get /api/calls/:callId/events', 'Everything that happened, one event a line.', 'events'),
    aboutCall('get /api/calls/:callId/transcript.txt', 'What was said, to read.', 'transcript.txt'),
    aboutCall(
      'get /api/calls/:callId/transcript.vtt',
      'What was said, as subtitles of the recording.',
      'transcript.vtt',
    ),
    aboutCall('get /api/calls/:callId/transcript.json', 'What was said, to work on.', 'transcript.json'),
    aboutCall(
      'get /api/calls/:callId/practice.json',
      'A script with which a practice caller does it all again.',
      'practice',
    ),
    aboutCall(
      'get /api/calls/:callId/recording.wav',
      'The sound: the caller left, the agent as heard right.',
      'recording',
    ),
    aboutCall('get /api/calls/:callId/peaks', 'How loud both sides were, to draw a waveform from.', 'peaks'),
    route('delete /api/calls/:callId', {
      says: 'Deletes a call that is over: its events, its sound, what was noted of it.',
      needs: 'operator',
      params: ofCall,
      async handle({ params: { callId }, request }, response) {
        const card = await store.card(callId);
        if (!card) return noSuchCall(request, response);
        if (card.endReason === null && (await isLive(house, callId)))
          return say(request, response, 409, 'This call goes on. Hang up first.');
        await house.forget(callId);
        response.status(204).end();
      },
    }),
    route('patch /api/calls/:callId', {
      says: 'Marks a call as reviewed, or as not.',
      needs: 'operator',
      params: ofCall,
      body: z.strictObject({ isReviewed: z.boolean() }),
      async handle({ params: { callId }, body, request }, response) {
        const isDone = await store.review(callId, { type: 'reviewed', isReviewed: body.isReviewed });
        if (isDone) response.status(204).end();
        else noSuchCall(request, response);
      },
    }),
  ];
}

async function isLive({ live }: PageContext, callId: string): Promise<boolean> {
  return (await live.list()).some((call) => call.callId === callId);
}

/** What a page asks for when it is read; the rest is taken away, or heard. */
const LOOKS: ReadonlySet<string> = new Set(['get /api/calls/:callId', 'get /api/calls/:callId/peaks']);
