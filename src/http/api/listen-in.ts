import { ByteQueue } from '../../audio/frames.ts';
import { interleave, wavHeader } from '../../audio/wav.ts';
import type { PageContext } from '../pages/page-context.ts';
import { ofCall, type Route, route } from '../routing/route.ts';
import { noSuchCall } from '../routing/say.ts';

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
      const call = await live.watch(callId, ({ type }) => {
        if (type === 'ended') response.end();
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
