import { randomBytes } from 'node:crypto';
import type {
  Carrier,
  CarrierSurroundings,
  NotAdmitted,
  SoftphoneAnswer,
  Switchboard,
} from '../../ports/carrier.ts';
import type { PhoneCall } from '../../ports/phone-call.ts';
import { inTime } from '../in-time.ts';
import { mediaSockets, OpenLines, Tickets } from '../media-sockets.ts';
import { MediaStream } from '../media-stream/stream.ts';

/**
 * The browser's own phone: a media stream that the pages open themselves, with no carrier behind it. A ticket is all it
 * takes to open one, and is given to whoever has been let into the pages.
 */
export function browserCarrier({ clock, trouble }: CarrierSurroundings): Carrier {
  const tickets = new Tickets(clock);
  const lines = new OpenLines();
  return {
    phoneCalls: { of: (callId) => phoneCall(callId, lines) },
    open: (switchboard) => ({
      upgrade: mediaSockets({
        name: NAME,
        tickets,
        opened: (socket, callId) => new MediaStream(socket, callId, { clock, switchboard, lines, trouble }),
      }),
      ringSoftphone: (from, to) => ring(switchboard, from, to),
    }),
  };

  async function ring(switchboard: Switchboard, from: string, to: string): Promise<SoftphoneAnswer> {
    const callId = `${NAME}-${randomBytes(16).toString('hex')}`; // as hard to guess as a carrier's, and none of theirs
    const admission = await inTime(
      { clock, trouble: (what) => trouble(callId, what) },
      () => switchboard.ring({ callId, carrier: NAME, from, to, format: 'pcmu' }),
      { admitted: false, because: 'out_of_order' },
      () => switchboard.callEnded(callId), // nobody is there to take it any more
    );
    if (!admission.admitted) return { ok: false, because: WHY_NOT[admission.because] };
    return { ok: true, callId, streamUrl: `/${NAME}/media/${tickets.issue(callId)}` };
  }
}

/** All there is of the phone call is its line. */
function phoneCall(id: string, lines: OpenLines): PhoneCall {
  const hangUp = async () => lines.close(id);
  return {
    id,
    hangUp,
    dial: async () => 'refused',
    async redirect(plan) {
      if (plan === 'hang_up') await hangUp();
      return plan === 'hang_up';
    },
    sendText: async () => ({ ok: false, because: 'A browser takes no text messages.' }),
  };
}

const NAME = 'browser';

const WHY_NOT = {
  full: 'All lines are busy.',
  draining: 'The house is about to close.',
  out_of_order: 'The call could not be set up. The log says why.',
  nobody_answers_it: 'There is no agent that answers this phone.',
} as const satisfies Record<NotAdmitted, string>;
