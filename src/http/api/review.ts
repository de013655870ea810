import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { CallCard, ReviewChange } from '../../ports/store.ts';
import type { PageContext } from '../pages/page-context.ts';
import { clockTime } from '../pages/words.ts';
import { callId, ofCall, type Route, route } from '../routing/route.ts';
import { noSuchCall, say } from '../routing/say.ts';

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
