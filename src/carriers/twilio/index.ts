import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Router } from 'express';
import { WebSocketServer } from 'ws';
import { FewAtOnce } from '../../limits/few-at-once.ts';
import type { Clock } from '../../ports/clock.ts';
import type {
  CallOutAnswer,
  IncomingCall,
  SoftphoneAnswer,
  Switchboard,
  TransferRequest,
} from '../../ports/leg.ts';
import type { ControlAnswer } from '../../ports/tools.ts';
import { isBrowserCall } from '../browser/browser-call-ids.ts';
import { ringFromBrowser } from '../browser/browser-calls.ts';
import { StreamTokens } from '../tickets.ts';
import { type TwilioAccess, twilioAccount } from './account.ts';
import { Signature } from './signature.ts';
import { TwilioStream } from './stream.ts';
import { dialTwiml } from './twiml.ts';
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
  /** The address by which Twilio knows us, as seen from a request. */
  readonly publicUrlOf: (request: IncomingMessage) => string;
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
export interface TwilioCarrier {
  readonly router: Router;
  /** Sends a text message to whoever called, from the number they dialled. */
  sendText(incoming: IncomingCall, text: string): Promise<ControlAnswer>;
  /** Rings somebody from this number; the agent of that name speaks once they answer. */
  callOut(from: string, to: string, agent: string, publicUrl: string): Promise<CallOutAnswer>;
  /** Lets a call of the browser's own phone in. Its ticket needs no signature: it was given to somebody we know. */
  ringFromBrowser(from: string, to: string): SoftphoneAnswer;
  /** Takes the upgrade of a media socket; false if the request is for something else. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
}

export function twilioCarrier(around: TwilioSurroundings): TwilioCarrier {
  const { clock, switchboard, publicUrlOf, isOver, ended, trouble } = around;
  const signature = new Signature(around);
  const tokens = new StreamTokens(clock);
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

  const hangUp = async (callSid: string) => {
    if (isBrowserCall(callSid)) return;
    await account?.hangUp(callSid).catch((error: unknown) => trouble(callSid, String(error)));
  };
  const transferFrom = (publicUrl: string) => async (callSid: string, request: TransferRequest) => {
    if (!account || isBrowserCall(callSid)) return false;
    return account.redirect(callSid, dialTwiml(publicUrl, request)).then(
      () => true,
      (error: unknown) => {
        trouble(callSid, String(error));
        return false;
      },
    );
  };
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
  const streamFailed = (callSid: string, error: string) => trouble(callSid, `Stream failed: ${error}`);

  return {
    router: twilioWebhooks({
      switchboard,
      signature,
      tokens,
      publicUrlOf,
      isOver,
      ended,
      pictureCame,
      streamFailed,
    }),
    async sendText({ from, to }, text) {
      if (!account) return { ok: false, because: 'No text messages can be sent from here.' };
      return account.sendText(to, from, text).then(
        () => ({ ok: true }),
        (error: unknown) => {
          trouble('', String(error));
          return { ok: false, because: 'The message could not be sent.' };
        },
      );
    },
    async callOut(from, to, agent, publicUrl) {
      if (!account)
        return { ok: false, because: 'There is no account to place calls with: set TWILIO_ACCOUNT_SID.' };
      const answered = `${publicUrl}/twilio/voice?agent=${encodeURIComponent(agent)}`;
      return account.callOut(from, to, { answered, changed: `${publicUrl}/twilio/status` }).then(
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
        const transfer = transferFrom(publicUrlOf(request));
        new TwilioStream(webSocket, callSid, { clock, switchboard, hangUp, transfer });
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
