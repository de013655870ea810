import type { Request, Response } from 'express';
import { z } from 'zod';
import type { CallEvent } from '../../ports/call-log.ts';
import type { DeskAnswer } from '../../ports/tools.ts';
import type { House } from '../review/house.ts';
import { LiveBoard } from '../review/live-board.ts';
import { doingOf } from '../review/live-state.ts';
import { say } from '../routing/mount.ts';
import { type Route, route } from '../routing/route.ts';
import { ofCall } from './call-id.ts';
import { openEventStream } from './event-stream.ts';
import { noSuchCall } from './one-call.ts';

/** Calls that go on: to watch, and to step in. */
export function liveApi({ live, reading, clock }: House): readonly Route[] {
  const board = new LiveBoard(live, reading);
  return [
    route('get /api/live', {
      says: 'The calls that go on.',
      needs: 'viewer',
      async handle(_input, response) {
        response.json({ calls: await board.cards() });
      },
    }),
    route('get /api/live/stream', {
      says: 'The calls that go on, again whenever something changes (server-sent events).',
      needs: 'viewer',
      isStream: true,
      async handle(_input, response) {
        const listener = openEventStream(response, clock);
        let last = '';
        const look = async () => {
          const calls = await board.cards();
          const now = JSON.stringify(calls);
          if (now !== last) listener.send('calls', calls);
          last = now;
        };
        await look();
        // A moment without news of the desk is no reason to leave: the next look may have some.
        listener.onGone(clock.every(LOOK_MS, () => void look().catch(() => {})));
      },
    }),
    route('get /api/live/:callId/stream', {
      says: 'Lines of the transcript and events of a call as they happen (server-sent events).',
      needs: 'viewer',
      isStream: true,
      params: ofCall,
      async handle({ params: { callId }, request }, response) {
        const events: CallEvent[] = [];
        let listener: ReturnType<typeof openEventStream> | null = null;
        const sent = new Map<string, string>();
        const tellLines = () => {
          for (const [index, line] of reading.transcript(events).entries()) {
            const key = `${line.who}${line.atMs}`;
            const text = JSON.stringify(line);
            if (sent.get(key) !== text) listener?.send('line', { index, key, ...line });
            sent.set(key, text);
          }
          listener?.send('doing', {
            doing: doingOf(events),
            latencyMs: reading.turns(events).at(-1)?.totalMs ?? null,
          });
        };
        const watch = await live.watch(callId, (event) => {
          events.push(event);
          listener?.send('happened', event);
          if (TELLING.has(event.type)) tellLines();
          if (event.type === 'ended') listener?.end();
        });
        if (!watch) return noSuchCall(request, response);
        events.unshift(...watch.events);
        listener = openEventStream(response, clock);
        listener.onGone(watch.end);
        for (const event of watch.events) listener.send('happened', event);
        tellLines();
      },
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

function answer(done: DeskAnswer, request: Request, response: Response): void {
  if (done.ok) response.status(204).end();
  else say(request, response, 409, done.because);
}

/** After these, what was said or what goes on is another. */
const TELLING: ReadonlySet<CallEvent['type']> = new Set([
  'answered',
  'caller_started_speaking',
  'caller_stopped_speaking',
  'caller_said',
  'agent_started_speaking',
  'agent_said',
  'agent_wrote',
  'tool_called',
  'tool_returned',
  'interrupted',
  'held',
  'went_on',
  'ended',
]);

/** Quick enough to look alive. */
const LOOK_MS = 500;
