import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { CallCard, ReviewChange } from '../../ports/store.ts';
import type { CallPart } from '../making/page-requests.ts';
import { answerWith } from '../making/send.ts';
import type { PageContext } from '../pages/page-context.ts';
import { clockTime } from '../pages/words.ts';
import { callId, ofCall, type Route, route } from '../routing/route.ts';
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

/** What the person who reads a call makes of it: notes and tags. */
export function reviewApi({ store, clock }: PageContext): readonly Route[] {
  const change = async (
    id: string,
    what: ReviewChange,
    request: Request,
    response: Response,
    answer?: object,
  ) => {
    if (!(await store.review(id, what))) return noSuchCall(request, response);
    if (answer) response.status(201).json(answer);
    else response.status(204).end();
  };
  return [
    route('put /api/calls/:callId/tags/:tag', {
      says: 'Puts a tag on a call.',
      needs: 'operator',
      params: ofTag,
      handle: ({ params, request }, response) =>
        change(params.callId, { type: 'tag', tag: params.tag }, request, response),
    }),
    route('delete /api/calls/:callId/tags/:tag', {
      says: 'Takes a tag off a call.',
      needs: 'operator',
      params: ofTag,
      handle: ({ params, request }, response) =>
        change(params.callId, { type: 'untag', tag: params.tag }, request, response),
    }),
    route('post /api/calls/:callId/notes', {
      says: 'Notes something of a call, or of a moment of it.',
      needs: 'operator',
      params: ofCall,
      body: z.strictObject({
        text: z.string().trim().min(1).max(4_000),
        atMs: z.number().min(0).nullable().default(null).meta({
          description: 'Where on the call, in milliseconds and within it; null for the whole of it',
        }),
      }),
      async handle({ params, body, request }, response) {
        const card = await store.card(params.callId);
        if (!card) return noSuchCall(request, response);
        const beyond = body.atMs === null ? null : beyondTheEnd(body.atMs, card, clock.wallMs());
        if (beyond !== null) return say(request, response, 400, beyond);
        const note = { noteId: randomUUID(), ...body, wallMs: clock.wallMs() };
        return change(params.callId, { type: 'note', note }, request, response, note);
      },
    }),
    route('delete /api/calls/:callId/notes/:noteId', {
      says: 'Takes a note away.',
      needs: 'operator',
      params: z.strictObject({ callId, noteId: z.string().max(64) }),
      handle: ({ params, request }, response) =>
        change(params.callId, { type: 'unnote', noteId: params.noteId }, request, response),
    }),
  ];
}

const ofTag = z.strictObject({ callId, tag: z.string().trim().min(1).max(60) });

/** Why a call has no such moment; null if it has. */
function beyondTheEnd(atMs: number, card: CallCard, nowWallMs: number): string | null {
  const isLive = card.endReason === null;
  // The log of a live call is a moment behind it.
  const lastMs = isLive ? Math.max(card.durationMs, nowWallMs - card.startedWallMs) : card.durationMs;
  if (atMs <= lastMs + SLACK_MS) return null;
  const length = isLive ? `has gone on for ${clockTime(lastMs)}` : `is ${clockTime(lastMs)} long`;
  return `This call ${length}: it has no moment at ${clockTime(atMs)}. Give atMs between 0 and ${Math.floor(lastMs)}, or null for the call as a whole.`;
}

/** The last words of a recording fade out. */
const SLACK_MS = 1_000;
