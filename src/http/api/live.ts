import type { Request, Response } from 'express';
import { z } from 'zod';
import { ByteQueue } from '../../audio/frames.ts';
import { interleave, wavHeader } from '../../audio/wav.ts';
import type { ControlAnswer } from '../../ports/tools.ts';
import { answerWith, sayLater } from '../making/send.ts';
import type { PageContext } from '../pages/page-context.ts';
import { ofCall, type Route, route } from '../routing/route.ts';
import { noSuchCall, say } from '../routing/say.ts';

/** Calls that go on: to watch, and to step in. */
export function liveApi({ live, pages }: PageContext): readonly Route[] {
  const follow = async (callId: string | null, request: Request, response: Response) => {
    const begun = await pages.follow(callId, response);
    if (begun === 'over') noSuchCall(request, response);
    else if (begun !== 'follows') sayLater(begun, request, response);
  };
  return [
    route('get /api/live', {
      says: 'The calls that go on.',
      needs: 'viewer',
      handle: ({ request }, response) => answerWith(pages, { type: 'live_calls' }, request, response),
    }),
    route('get /api/live/stream', {
      says: 'The calls that go on, again whenever something changes (server-sent events).',
      needs: 'viewer',
      isStream: true,
      handle: ({ request }, response) => follow(null, request, response),
    }),
    route('get /api/live/:callId/stream', {
      says: 'Lines of the transcript and events of a call as they happen (server-sent events).',
      needs: 'viewer',
      isStream: true,
      params: ofCall,
      handle: ({ params, request }, response) => follow(params.callId, request, response),
    }),
    route('post /api/live/:callId/tell', {
      says: 'Puts a note before the agent that the caller does not hear.',
      needs: 'operator',
      params: ofCall,
      body: z.strictObject({ text: z.string().trim().min(1).max(2_000) }),
      handle: async ({ params, body, request }, response) =>
        answer(await live.tell(params.callId, body.text), request, response),
    }),
    route('post /api/live/:callId/hang-up', {
      says: 'Ends the call.',
      needs: 'operator',
      params: ofCall,
      handle: async ({ params, request }, response) =>
        answer(await live.hangUp(params.callId), request, response),
    }),
    route('post /api/live/:callId/transfer', {
      says: 'Connects the caller with one of the targets that the agent has.',
      needs: 'operator',
      params: ofCall,
      body: z.strictObject({ target: z.string().min(1).max(100) }),
      handle: async ({ params, body, request }, response) =>
        answer(await live.transfer(params.callId, body.target), request, response),
    }),
    route('post /api/calls', {
      says: 'Rings somebody.',
      needs: 'operator',
      body: z.strictObject({
        to: z.string().regex(/^\+[1-9]\d{5,14}$/, 'a number such as +15005550006 was expected'),
        agent: z.string().max(100).optional(),
      }),
      async handle({ body: { to, agent }, request }, response) {
        const rung = await live.callOut(agent === undefined ? { to } : { to, agent });
        if (rung.ok) response.status(201).json({ callId: rung.callId });
        else say(request, response, 409, rung.because);
      },
    }),
    route('post /api/phone', {
      says: 'Lets a call of the browser’s own phone in, and gives the address of its media socket, good for one use.',
      needs: 'operator',
      async handle({ request }, response) {
        const rung = await live.ringSoftphone();
        if (rung.ok) response.status(201).json({ callId: rung.callId, streamUrl: rung.streamUrl });
        else say(request, response, 409, rung.because);
      },
    }),
  ];
}

function answer(done: ControlAnswer, request: Request, response: Response): void {
  if (done.ok) response.status(204).end();
  else say(request, response, 409, done.because);
}

/** A live call to listen to: a recording without an end, which browsers play as it comes. */
export function listenInRoute({ live }: PageContext): Route {
  return route('get /api/live/:callId/listen.wav', {
    says: 'The sound of a call as it happens: the caller left, the agent right.',
    needs: 'operator',
    isStream: true,
    isTaken: true,
    params: ofCall,
    async handle({ params: { callId }, request }, response) {
      const agent = new ByteQueue();
      let isOpen = false;
      const ear = await live.listenIn(callId, (who, audio) => {
        if (!isOpen) return;
        if (who === 'agent') return agent.length < MOST_WAITING_BYTES ? agent.push(audio) : undefined;
        // The caller's line never pauses, so it is the clock of both.
        const both = interleave(audio, agent.take(Math.min(audio.length, agent.length)), SILENT);
        if (response.writableLength < MOST_WAITING_BYTES) response.write(both);
      });
      if (!ear) return noSuchCall(request, response);
      const call = await live.watch(callId, (event) => {
        if (event === null || event.type === 'ended') response.end();
      });
      const letGo = () => {
        isOpen = false;
        ear.end();
        call?.end();
      };
      response.type('audio/wav').set('X-Accel-Buffering', 'no');
      response.write(wavHeader({ encoding: 'mulaw', sampleRate: 8_000, channels: 2 }, ENDLESS_BYTES));
      isOpen = true;
      response.once('close', letGo);
      if (response.destroyed || !call) {
        letGo();
        response.end();
      }
    },
  });
}

const SILENT = 0xff;
const ENDLESS_BYTES = 0x7fff_0000;
/** Four seconds: whoever is further behind than that hears the rest without what they missed. */
const MOST_WAITING_BYTES = 64_000;
