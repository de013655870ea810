import { randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';
import { FRAME_MS } from '../../audio/format.ts';
import { systemClock } from '../../ports/clock.ts';
import { GOOD_LINE, type LineFaults, type LineIdentity, type LineListener, PhoneLine } from './line.ts';
import { type Instructions, readTwiml, signatureOf } from './wire.ts';

/** Whom to ring, and as whom. */
export interface DialOptions {
  /** The server's public address. */
  readonly url: string;
  /** Signs requests as Twilio does; null: unsigned. */
  readonly authToken: string | null;
  readonly from: string;
  readonly to: string;
  readonly faults: LineFaults;
  /** Where within each 20 ms of the clock its frames leave; null: wherever that happens to be. */
  readonly phaseMs: number | null;
}

export const DIAL_DEFAULTS = {
  url: 'http://localhost:3000',
  authToken: null,
  from: '+15005550006',
  to: '+15005550001',
  faults: GOOD_LINE,
  phaseMs: null,
} as const satisfies DialOptions;

/** What became of a ring: a line, or only words of the carrier's own voice. */
export type Answer =
  | {
      readonly kind: 'line';
      readonly line: PhoneLine;
      readonly callSid: string;
      readonly after: () => Promise<readonly string[]>;
    }
  | { readonly kind: 'words'; readonly says: readonly string[] };

/** Rings a server the way Twilio does: signed webhook, TwiML, media socket. */
export async function dial(options: DialOptions, listener: LineListener): Promise<Answer> {
  const identity: LineIdentity = {
    accountSid: `AC${hex()}`,
    callSid: `CA${hex()}`,
    streamSid: `MZ${hex()}`,
    parameters: {},
  };
  const form = webhookForm(identity, options);
  const instructions = await askForTwiml(`${options.url}/twilio/voice`, form, options.authToken);
  const { streamUrl, action, parameters } = instructions;
  if (streamUrl === null) return { kind: 'words', says: instructions.says };

  const socket = await openSocket(streamUrl, options.authToken);
  if (!socket)
    return { kind: 'words', says: await afterwards(action, instructions, form, options.authToken) };
  const startsAt = nextInPhase(options.phaseMs);
  const line = new PhoneLine(socket, { ...identity, parameters }, options.faults, listener, startsAt);
  const after = () => afterwards(action, instructions, form, options.authToken);
  return { kind: 'line', line, callSid: identity.callSid, after };
}

function nextInPhase(phaseMs: number | null): number {
  const now = systemClock.now();
  return phaseMs === null ? now : now + ((phaseMs - (now % FRAME_MS) + FRAME_MS) % FRAME_MS);
}

type Form = Readonly<Record<string, string>>;

function webhookForm({ accountSid, callSid }: LineIdentity, { from, to }: DialOptions): Form {
  return {
    AccountSid: accountSid,
    ApiVersion: '2010-04-01',
    CallSid: callSid,
    CallStatus: 'ringing',
    Direction: 'inbound',
    From: from,
    To: to,
    Caller: from,
    Called: to,
    FromZip: '',
  };
}

async function askForTwiml(url: string, form: Form, authToken: string | null): Promise<Instructions> {
  const response = await fetch(url, {
    method: 'POST',
    headers: signed(authToken, url, form),
    body: new URLSearchParams(form),
    signal: AbortSignal.timeout(TWIML_MS),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return readTwiml(await response.text());
}

/** How the carrier goes on when the stream is over, or never was: the sentences its own voice says. */
async function afterwards(
  action: string | null,
  instructions: Instructions,
  form: Form,
  authToken: string | null,
): Promise<readonly string[]> {
  if (action === null) return instructions.says;
  const { says } = await askForTwiml(action, { ...form, CallStatus: 'in-progress' }, authToken);
  return says;
}

/** Null if the upgrade was refused. */
function openSocket(url: string, authToken: string | null): Promise<WebSocket | null> {
  const socket = new WebSocket(url, { headers: signed(authToken, url, {}), perMessageDeflate: false });
  return new Promise((resolve) => {
    socket.once('open', () => resolve(socket));
    socket.once('error', () => resolve(null));
  });
}

function signed(authToken: string | null, url: string, form: Form): Record<string, string> {
  return authToken === null ? {} : { 'X-Twilio-Signature': signatureOf(authToken, url, form) };
}

function hex(): string {
  return randomBytes(16).toString('hex');
}

/** What Twilio gives an answer to a webhook. */
const TWIML_MS = 15_000;
