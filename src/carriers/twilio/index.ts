import type { IncomingMessage } from 'node:http';
import { FewAtOnce } from '../../limits/few-at-once.ts';
import type { Carrier, CarrierSurroundings, Switchboard } from '../../ports/carrier.ts';
import { mediaSockets, OpenLines, Tickets } from '../media-sockets.ts';
import { MediaStream } from '../media-stream/stream.ts';
import { type TwilioAccess, type TwilioAccount, twilioAccount } from './account.ts';
import { TwilioPhoneCalls } from './phone-calls.ts';
import { Signature } from './signature.ts';
import { twilioWebhooks } from './webhooks.ts';

export { type TwilioAccess, type TwilioDetails, twilioDetails } from './account.ts';
export { isKnownOver, PastCalls } from './past-calls.ts';

export interface TwilioSurroundings extends CarrierSurroundings {
  /** What Twilio signs with: two while one takes the other's place. None: signatures are not asked for. */
  readonly authTokens: readonly string[];
  /** Null: calls are ended by closing their line. */
  readonly account: TwilioAccess | null;
}

/** Twilio as a way to be called: its webhooks at `/twilio`, its media sockets, and its REST API for what is asked of calls. */
export function twilioCarrier(around: TwilioSurroundings): Carrier {
  const { clock, trouble } = around;
  /** What Twilio called us last. */
  let knownAs: string | null = null;
  const publicUrlOf = (request: IncomingMessage) => {
    knownAs = around.publicUrlOf(request);
    return knownAs;
  };
  const publicUrl = () => knownAs ?? around.publicUrl();
  const tickets = new Tickets(clock);
  const lines = new OpenLines();
  const account = around.account && twilioAccount(around.account);
  return {
    phoneCalls: new TwilioPhoneCalls({ clock, account, tickets, lines, publicUrl, trouble }),
    async callOut(from, to, agent) {
      if (!account)
        return { ok: false, because: 'There is no account to place calls with: set TWILIO_ACCOUNT_SID.' };
      const answered = `${publicUrl()}/twilio/voice?agent=${encodeURIComponent(agent)}`;
      return account.callOut(from, to, { answered, changed: `${publicUrl()}/twilio/status` }).then(
        (callId) => ({ ok: true, callId }),
        (error: unknown) => {
          trouble('', String(error));
          return { ok: false, because: 'The carrier did not take the call. The log says why.' };
        },
      );
    },
    open(switchboard) {
      const signature = new Signature(around);
      const pictureCame = account ? picturesFor(switchboard, account, trouble) : () => {};
      return {
        router: twilioWebhooks({ ...around, switchboard, signature, tickets, publicUrlOf, pictureCame }),
        upgrade: mediaSockets({
          name: 'twilio',
          tickets,
          isWelcome: (request) => signature.isValidUpgrade(request),
          opened: (socket, callSid) =>
            new MediaStream(socket, callSid, { clock, switchboard, lines, trouble }),
        }),
      };
    },
  };
}

/** Has pictures fetched that somebody sent who is on a call: a few at once, and of a flood no more than a few others. */
function picturesFor(
  switchboard: Switchboard,
  account: TwilioAccount,
  trouble: CarrierSurroundings['trouble'],
): (from: string, to: string, url: string) => void {
  const pictures = new FewAtOnce(PICTURES_AT_ONCE, MOST_PICTURES_WAITING);
  return (from, to, url) => {
    const fetch = async () => {
      if (!switchboard.awaitsPicture(from, to)) return; // anybody may text a number
      await account.fetchPicture(url).then(
        ({ bytes, mediaType }) => switchboard.pictureCame(from, to, bytes, mediaType),
        (error: unknown) => trouble('', String(error)),
      );
    };
    if (!switchboard.awaitsPicture(from, to)) return;
    if (!pictures.add(fetch))
      trouble('', 'A picture was not fetched: too many were sent to our numbers at once.');
  };
}

/** A picture is held in memory while it comes, up to five megabytes of it. */
const PICTURES_AT_ONCE = 4;
const MOST_PICTURES_WAITING = 20;
