import express, { type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { RememberedNames } from '../../limits/remembered.ts';
import type { Admission, NotAdmitted, Switchboard } from '../../ports/carrier.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Aftermath, Continuation, IncomingCall, TransferOutcome } from '../../ports/phone-call.ts';
import { type Asking, inTime } from '../in-time.ts';
import type { Tickets } from '../media-sockets.ts';
import type { Signature } from './signature.ts';
import { announceTwiml, apologyTwiml, BUSY, connectTwiml, hangUpTwiml, NOBODY, sayTwiml } from './twiml.ts';

export interface WebhookSurroundings {
  readonly clock: Clock;
  readonly switchboard: Switchboard;
  readonly signature: Signature;
  readonly tickets: Tickets;
  readonly publicUrlOf: (request: Request) => string;
  /** Whether a call is over that this house has had. */
  readonly isOver: (callId: string) => Promise<boolean>;
  /** Told of a call that is over, or was turned away. */
  readonly ended: (callId: string) => void;
  /** Told of a picture that somebody sent to one of our numbers, and where it is. */
  readonly pictureCame: (from: string, to: string, url: string) => void;
  /** Told of what went wrong, in words that are safe to log. */
  readonly trouble: (callSid: string, what: string) => void;
}

/** What Twilio asks over HTTP: a call comes in, its sound has ended, its state has changed. */
export function twilioWebhooks(around: WebhookSurroundings): Router {
  const router = express.Router();
  // A carrier asks once or twice a call: connections that were kept for that would cost descriptors calls may need.
  router.use((_request, response, next) => {
    response.set('Connection', 'close');
    next();
  });
  // Twilio signs what it sent, so whatever comes is kept as it came until the signature is checked.
  router.use(express.urlencoded({ extended: false, limit: '64kb' }));
  router.use((request, response, next) => {
    const form = z.record(z.string(), z.unknown()).safeParse(request.body).data ?? {};
    if (around.signature.isValidWebhook(request, request.originalUrl, form)) next();
    else
      response
        .status(403)
        .type('text/plain')
        .send(around.signature.isAskedFor ? NOT_SIGNED : NOT_FROM_HERE);
  });

  /** A webhook that comes again while the house makes up its mind gets the same answer. */
  const beingRung = new Map<string, Promise<string>>();
  /** Those that were over while somebody was still asked about them. */
  const justEnded = new RememberedNames(MOST_JUST_ENDED);
  router.post('/voice', async (request, response) => {
    const call = callForm.safeParse(request.body).data;
    if (!call) return refuse(response);
    // A signature does not grow old. Whoever sends a call again that is over gets nothing by it.
    if (await around.isOver(call.CallSid)) return sendTwiml(response, hangUpTwiml());
    const agent = z.string().max(100).safeParse(request.query['agent']).data;
    const answer =
      beingRung.get(call.CallSid) ?? voiceTwiml(around, call, agent, around.publicUrlOf(request));
    beingRung.set(call.CallSid, answer);
    const twiml = await answer.finally(() => beingRung.delete(call.CallSid));
    if (!justEnded.has(call.CallSid)) return sendTwiml(response, twiml);
    around.switchboard.callEnded(call.CallSid); // let in after they had hung up
    sendTwiml(response, hangUpTwiml());
  });

  router.post('/after', async (request, response) => {
    const call = callForm.safeParse(request.body).data;
    if (!call) return refuse(response);
    // A caller who hung up is no lost line, also where this request overtakes the stream's own goodbye.
    if (isOver(call.CallStatus)) around.switchboard.callEnded(call.CallSid);
    const ask = () => around.switchboard.after(call.CallSid);
    sendTwiml(response, aftermathTwiml(await inTime<Aftermath>(asking(around, call.CallSid), ask, {})));
  });

  router.post('/announce', (request, response) => {
    const text = z.string().min(1).max(LONGEST_ANNOUNCED_CHARS).safeParse(request.query['text']).data;
    if (text === undefined) return refuse(response);
    sendTwiml(response, announceTwiml(text));
  });

  router.post('/transferred', async (request, response) => {
    const dialled = dialForm.safeParse(request.body).data;
    if (!dialled) return refuse(response);
    const { CallSid: callSid, DialCallStatus: status } = dialled;
    sendTwiml(
      response,
      await afterDial(around, callSid, DIAL_OUTCOMES[status] ?? 'failed', around.publicUrlOf(request)),
    );
  });

  const messages = new RememberedNames(MOST_MESSAGES);
  router.post('/message', (request, response) => {
    const message = messageForm.safeParse(request.body).data;
    if (!message) return refuse(response);
    sendTwiml(response, NO_REPLY);
    const { From: from, To: to, MediaUrl0: url, MessageSid: id } = message;
    const isNew = id === undefined || messages.add(id);
    if (url !== undefined && isNew) around.pictureCame(from, to, url);
  });

  router.post('/status', (request, response) => {
    const status = statusForm.safeParse(request.body).data;
    if (!status) return refuse(response);
    if (isOver(status.CallStatus)) {
      around.switchboard.callEnded(status.CallSid);
      around.ended(status.CallSid);
      justEnded.add(status.CallSid);
    }
    if (status.StreamError)
      // the socket itself never learns
      around.trouble(status.CallSid, `Stream failed: ${status.StreamError.slice(0, LONGEST_ERROR_CHARS)}`);
    response.status(204).end();
  });
  return router;
}

function asking({ clock, trouble }: WebhookSurroundings, callSid: string): Asking {
  return { clock, trouble: (what) => trouble(callSid, what) };
}

async function voiceTwiml(
  around: WebhookSurroundings,
  call: CallForm,
  agent: string | undefined,
  publicUrl: string,
): Promise<string> {
  const { switchboard, tickets, ended } = around;
  const { CallSid: callSid, From: from, To: to } = call;
  const incoming: IncomingCall = {
    callId: callSid,
    carrier: 'twilio',
    direction: call.Direction.startsWith('outbound') ? 'outbound' : 'inbound',
    from,
    to,
    format: 'pcmu',
    ...(agent !== undefined && { agent }),
  };
  const admission = await inTime<Admission>(
    asking(around, callSid),
    () => switchboard.ring(incoming),
    { admitted: false, because: 'out_of_order' },
    () => switchboard.callEnded(callSid), // we have said goodbye in the meantime
  );
  if (!admission.admitted) {
    ended(callSid);
    return refusalTwiml(admission.because);
  }
  const repeated = admission.isNew ? null : tickets.issuedTo(callSid);
  return connectTwiml(publicUrl, repeated ?? tickets.issue(callSid));
}

function refusalTwiml(because: NotAdmitted): string {
  if (because === 'out_of_order') return apologyTwiml({});
  return sayTwiml(because === 'nobody_answers_it' ? NOBODY : BUSY);
}

async function afterDial(
  around: WebhookSurroundings,
  callSid: string,
  outcome: TransferOutcome,
  publicUrl: string,
): Promise<string> {
  const ask = () => around.switchboard.returned(callSid, outcome);
  const otherwise = outcome === 'completed' ? 'hang_up' : {};
  const next = await inTime<Continuation>(asking(around, callSid), ask, otherwise);
  return next === 'reconnect' ? connectTwiml(publicUrl, around.tickets.issue(callSid)) : aftermathTwiml(next);
}

function aftermathTwiml(aftermath: Aftermath): string {
  return aftermath === 'hang_up' ? hangUpTwiml() : apologyTwiml(aftermath);
}

function isOver(status: string | undefined): boolean {
  return status !== undefined && CALL_IS_OVER.has(status);
}

function refuse(response: Response): void {
  response
    .status(400)
    .type('text/plain')
    .send('A call of Twilio’s was expected: CallSid, From and To, once each.');
}

const NOT_SIGNED = 'This request does not carry a valid X-Twilio-Signature.';
const NOT_FROM_HERE =
  'Without TWILIO_AUTH_TOKEN only practice calls are taken: from this machine, under the name localhost, not through a proxy, and not from a page of another site. For real calls set TWILIO_AUTH_TOKEN; to practise from elsewhere set PUBLIC_URL to the address that is rung.';

function sendTwiml(response: Response, twiml: string): void {
  response.type('text/xml').send(twiml);
}

const sid = z.string().regex(/^CA[0-9a-f]{32}$/i);
const caller = z.string().max(256).default('unknown');
const callStatus = z.string().optional();
const callForm = z.object({
  CallSid: sid,
  From: caller,
  To: caller,
  Direction: z.string().default('inbound'),
  CallStatus: callStatus,
});
type CallForm = z.infer<typeof callForm>;

const statusForm = z.object({
  CallSid: sid,
  CallStatus: callStatus,
  StreamError: z.string().optional(),
});

const dialForm = z.object({ CallSid: sid, DialCallStatus: z.string() });

/** `answered` is what a conference says; whatever else Twilio may add is a failure to us. */
const DIAL_OUTCOMES: Readonly<Record<string, TransferOutcome>> = {
  completed: 'completed',
  answered: 'completed',
  busy: 'busy',
  'no-answer': 'no_answer',
};

const messageForm = z.object({
  From: caller,
  To: caller,
  MediaUrl0: z.url().max(2_000).optional(),
  MessageSid: z.string().max(64).optional(),
});

/** Twilio repeats a message within minutes, if at all. */
/** Nobody is asked about for longer than it takes so many others to end. */
const MOST_JUST_ENDED = 1_000;
const MOST_MESSAGES = 10_000;
const NO_REPLY = '<?xml version="1.0" encoding="UTF-8"?><Response/>';

/** The states that Twilio documents as final; others may be added and mean nothing to us. */
const CALL_IS_OVER: ReadonlySet<string> = new Set(['completed', 'busy', 'failed', 'no-answer', 'canceled']);

const LONGEST_ERROR_CHARS = 200;
const LONGEST_ANNOUNCED_CHARS = 1_000;
