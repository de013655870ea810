import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Router } from 'express';
import { WebSocketServer } from 'ws';
import { FewAtOnce } from '../../limits/few-at-once.ts';
import type { CallOutAnswer, SoftphoneAnswer, Switchboard } from '../../ports/carrier.ts';
import type { Clock } from '../../ports/clock.ts';
import type { PhoneCalls } from '../../ports/phone-call.ts';
import { ringFromBrowser } from '../browser/browser-calls.ts';
import { MediaStream } from '../media-stream/stream.ts';
import { Tickets } from '../tickets.ts';
import { type TwilioAccess, twilioAccount } from './account.ts';
import { TwilioPhoneCalls } from './phone-calls.ts';
import { Signature } from './signature.ts';
import { twilioWebhooks } from './webhooks.ts';

export { type TwilioAccess, type TwilioDetails, twilioDetails } from './account.ts';
export { isKnownOver, PastCalls } from './past-calls.ts';

export interface TwilioSurroundings {
  readonly clock: Clock;
  readonly switchboard: Switchboard;
  /** What Twilio signs with: two while one takes the other's place. None: signatures are not asked for. */
  readonly authTokens: readonly string[];
  /** Null: calls are ended by closing their line. */
  readonly account: TwilioAccess | null;
  /** The address by which Twilio knows us, as seen from a request, … */
  readonly publicUrlOf: (request: IncomingMessage) => string;
  /** … and as far as is known without one. */
  readonly publicUrl: () => string;
  /** Whether a request may do without a signature where none are asked for. */
  readonly mayComeUnsigned: (request: IncomingMessage) => boolean;
  /** Whether a call is over that this house has had, in this process or in one before it. */
  readonly isOver: (callId: string) => Promise<boolean>;
  /** Told of a call that is over, or was turned away. */
  readonly ended: (callId: string) => void;
  /** Told of what went wrong on the carrier's side, in words that are safe to log. */
  readonly trouble: (callId: string, what: string) => void;
}

/** Twilio as a way to be called: its webhooks, to be mounted at `/twilio`, and its media sockets. */
export interface TwilioCarrier extends PhoneCalls {
  readonly router: Router;
  /** Rings somebody from this number; the agent of that name speaks once they answer. */
  callOut(from: string, to: string, agent: string): Promise<CallOutAnswer>;
  /** Lets a call of the browser's own phone in. Its ticket needs no signature: it was given to somebody we know. */
  ringFromBrowser(from: string, to: string): Promise<SoftphoneAnswer>;
  /** Takes the upgrade of a media socket; false if the request is for something else. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
}

export function twilioCarrier(around: TwilioSurroundings): TwilioCarrier {
  const { clock, switchboard, isOver, ended, trouble } = around;
  /** What Twilio called us last. */
  let knownAs: string | null = null;
  const publicUrlOf = (request: IncomingMessage) => {
    knownAs = around.publicUrlOf(request);
    return knownAs;
  };
  const signature = new Signature(around);
  const tokens = new Tickets(clock);
  const account = around.account && twilioAccount(around.account);
  /** Whose line a request is for, once its ticket was taken. */
  const callOf = new WeakMap<IncomingMessage, string>();
  const sockets = new WebSocketServer({
    noServer: true,
    ...LIMITS,
    // Asked only when nothing else is wrong with a request: one that comes to nothing must not cost the call its line.
    verifyClient({ req }: { req: IncomingMessage }, answer: (isWelcome: boolean, status?: number) => void) {
      const token = MEDIA_PATH.exec(req.url ?? '')?.[1] ?? '';
      const callSid = tokens.redeem(token, signature.isValidUpgrade(req));
      if (callSid !== null) callOf.set(req, callSid);
      answer(callSid !== null, 403);
    },
  });
  const pictures = new FewAtOnce(PICTURES_AT_ONCE, MOST_PICTURES_WAITING);

  const publicUrl = () => knownAs ?? around.publicUrl();
  const phoneCalls = new TwilioPhoneCalls({ clock, account, tokens, publicUrl, trouble });
  const streams = { clock, switchboard, opened: phoneCalls.opened.bind(phoneCalls), trouble };
  const pictureCame = (from: string, to: string, url: string) => {
    const fetch = async () => {
      if (!account || !switchboard.awaitsPicture(from, to)) return; // anybody may text a number
      await account.fetchPicture(url).then(
        ({ bytes, mediaType }) => switchboard.pictureCame(from, to, bytes, mediaType),
        (error: unknown) => trouble('', String(error)),
      );
    };
    if (!switchboard.awaitsPicture(from, to)) return;
    if (!pictures.add(fetch))
      trouble('', 'A picture was not fetched: too many were sent to our numbers at once.');
  };

  return {
    router: twilioWebhooks({
      clock,
      switchboard,
      signature,
      tokens,
      trouble,
      publicUrlOf,
      isOver,
      ended,
      pictureCame,
    }),
    of: (callId) => phoneCalls.of(callId),
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
    ringFromBrowser: (from, to) => ringFromBrowser(switchboard, tokens, from, to),
    upgrade(request, socket, head) {
      if (!MEDIA_PATH.test(request.url ?? '')) return false;
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        const callSid = callOf.get(request);
        if (callSid === undefined) return webSocket.terminate(); // nobody gets here without a ticket
        new MediaStream(webSocket, callSid, streams);
      });
      return true;
    },
  };
}

const MEDIA_PATH = /^\/twilio\/media\/([\w-]{1,64})\/?$/;

/** A picture is held in memory while it comes, up to five megabytes of it. */
const PICTURES_AT_ONCE = 4;
const MOST_PICTURES_WAITING = 20;

const LIMITS = {
  /** A frame of Twilio's is four hundred bytes. */
  maxPayload: 64 * 1024,
  maxFragments: 16,
  maxBufferedChunks: 256,
  /** Both sides of a call are to be gone within a second of its end. */
  closeTimeout: 500,
  perMessageDeflate: false,
};
