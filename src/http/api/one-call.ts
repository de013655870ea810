import type { Request, Response } from 'express';
import { z } from 'zod';
import type { CallEvent } from '../../ports/call-log.ts';
import type { CallCard } from '../../ports/call-store.ts';
import type { House } from '../review/house.ts';
import { markersOf } from '../review/markers.ts';
import { peaksOf } from '../review/peaks.ts';
import { callerSound } from '../review/recording-file.ts';
import { say } from '../routing/mount.ts';
import { type Route, route } from '../routing/route.ts';
import { sendFile } from '../routing/send-file.ts';
import { ofCall } from './call-id.ts';
import { practiceScript, type SoundOf } from './practice-script.ts';
import { transcriptText, transcriptVtt } from './transcript-files.ts';

/** One call: what happened, what was said, how it sounded. */
export function oneCallApi(house: House): readonly Route[] {
  const { store, reading, recordings } = house;

  /** A route about a call that there is. */
  const aboutCall = (
    where: `get /api/calls/:callId${string}`,
    says: string,
    answer: (call: KnownCall, response: Response, request: Request) => Promise<void> | void,
  ) =>
    route(where, {
      says,
      needs: 'viewer',
      isTaken: !LOOKS.has(where),
      params: ofCall,
      async handle({ params: { callId }, request }, response) {
        const call = await knownCall(house, callId);
        if (call) await answer(call, response, request);
        else noSuchCall(request, response);
      },
    });

  return [
    aboutCall('get /api/calls/:callId', 'A call, read.', ({ card, events }, response) => {
      response.json({
        ...card,
        transcript: reading.transcript(events),
        latencies: reading.turns(events),
        toolUses: reading.toolUses(events),
        markers: markersOf(events, card.notes, reading),
        costs: reading.cost(events),
        pricesAsOf: reading.pricesAsOf,
      });
    }),
    aboutCall(
      'get /api/calls/:callId/events',
      'Everything that happened, one event a line.',
      (call, response) => {
        response.type('application/jsonl; charset=utf-8');
        response.attachment(`${call.card.callId}.jsonl`);
        response.send(call.events.map((event) => `${JSON.stringify(event)}\n`).join(''));
      },
    ),
    aboutCall('get /api/calls/:callId/transcript.txt', 'What was said, to read.', (call, response) => {
      response.type('text/plain; charset=utf-8').attachment(`${call.card.callId}.txt`);
      response.send(transcriptText(reading.transcript(call.events)));
    }),
    aboutCall(
      'get /api/calls/:callId/transcript.vtt',
      'What was said, as subtitles of the recording.',
      (call, response) => {
        response.type('text/vtt; charset=utf-8').attachment(`${call.card.callId}.vtt`);
        response.send(transcriptVtt(reading.transcript(call.events)));
      },
    ),
    aboutCall('get /api/calls/:callId/transcript.json', 'What was said, to work on.', (call, response) => {
      response.attachment(`${call.card.callId}.json`).json(reading.transcript(call.events));
    }),
    aboutCall(
      'get /api/calls/:callId/practice.json',
      'A script with which a practice caller does it all again.',
      async ({ card, events }, response) => {
        const path = await recordings.find(card.callId);
        const soundOf: SoundOf = async (fromMs, untilMs) =>
          path === null ? null : callerSound(path, fromMs, untilMs);
        response.attachment(`${card.callId}.practice.json`);
        response.json(await practiceScript(events, reading, soundOf));
      },
    ),
    aboutCall(
      'get /api/calls/:callId/recording.wav',
      'The sound: the caller left, the agent as heard right.',
      async (call, response, request) => {
        const path = await recordings.find(call.card.callId);
        if (path === null) return noSuchCall(request, response);
        await sendFile(response, path, { 'Content-Type': 'audio/wav' });
      },
    ),
    aboutCall(
      'get /api/calls/:callId/peaks',
      'How loud both sides were, to draw a waveform from.',
      async (call, response, request) => {
        const path = await recordings.find(call.card.callId);
        const peaks = path === null ? null : await peaksOf(path);
        if (peaks) response.json(peaks);
        else noSuchCall(request, response);
      },
    ),
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

export interface KnownCall {
  readonly card: CallCard;
  readonly events: readonly CallEvent[];
}

/** From the store; a call so young that the store has not heard of it, from the desk. */
export async function knownCall({ store, live, reading }: House, callId: string): Promise<KnownCall | null> {
  const [card, desk] = await Promise.all([store.card(callId), live.list()]);
  const events =
    desk.find((call) => call.callId === callId)?.events ?? (card ? await store.events(callId) : []);
  const young = card ?? reading.card(callId, events);
  return young && events.length > 0 ? { card: young, events } : null;
}

export function noSuchCall(request: Request, response: Response): void {
  say(request, response, 404, 'There is no such call, or nothing of this kind of it.');
}

async function isLive({ live }: House, callId: string): Promise<boolean> {
  return (await live.list()).some((call) => call.callId === callId);
}

/** What a page asks for when it is read; the rest is taken away, or heard. */
const LOOKS: ReadonlySet<string> = new Set(['get /api/calls/:callId', 'get /api/calls/:callId/peaks']);
