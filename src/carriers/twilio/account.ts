import twilio from 'twilio';
import { RingdownError } from '../../errors.ts';

export interface CallOutWebhooks {
  readonly answered: string;
  readonly changed: string;
}

/** What we ask of the account that owns the phone number. */
export interface TwilioAccount {
  /** Ends a phone call. One that has ended already is fine. */
  hangUp(callSid: string): Promise<void>;
  /** Has a running phone call go on by this TwiML. False: it runs no more. */
  redirect(callSid: string, twiml: string): Promise<boolean>;
  /** Rings somebody; what happens once they answer is asked of that address. The new call's own name. */
  callOut(from: string, to: string, webhook: CallOutWebhooks): Promise<string>;
  sendText(from: string, to: string, text: string): Promise<void>;
  /** A picture that came with a message, from Twilio's own address and no other. */
  fetchPicture(url: string): Promise<Picture>;
}

export function twilioAccount(access: TwilioAccess): TwilioAccount {
  const client = restClient(access);
  return {
    async hangUp(callSid) {
      try {
        await client.calls(callSid).update({ status: 'completed' });
      } catch (cause) {
        if (isAlreadyOver(cause)) return;
        throw refusal('end the call', cause);
      }
    },
    async redirect(callSid, twiml) {
      try {
        await client.calls(callSid).update({ twiml });
        return true;
      } catch (cause) {
        if (isAlreadyOver(cause)) return false;
        throw refusal('connect the caller', cause);
      }
    },
    async callOut(from, to, { answered, changed }) {
      const call = await client.calls
        .create({ from, to, url: answered, statusCallback: changed, timeout: RING_S })
        .catch(refuse('place the call'));
      return call.sid;
    },
    async sendText(from, to, body) {
      await client.messages.create({ from, to, body }).catch(refuse('send the message'));
    },
    fetchPicture: (url) => fetchPicture(access, url),
  };
}

function refuse(what: string): (cause: unknown) => never {
  return (cause) => {
    throw refusal(what, cause);
  };
}

function refusal(what: string, cause: unknown): RingdownError {
  if (!(cause instanceof twilio.RestException)) {
    return new RingdownError(
      'CARRIER_UNREACHABLE',
      `Twilio was asked to ${what}, and did not answer. Check TWILIO_API_URL and the network.`,
      { cause },
    );
  }
  return new RingdownError(
    'CARRIER_REFUSED',
    `Twilio did not ${what} (${cause.status}). Check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.`,
    { cause },
  );
}

/** What there is to know about an account before a call comes in. */
export interface TwilioDetails {
  readonly status: string;
  readonly type: string;
  readonly numbers: readonly {
    readonly number: string;
    readonly voiceUrl: string;
    readonly voiceMethod: string;
  }[];
}

export async function twilioDetails(access: TwilioAccess): Promise<TwilioDetails> {
  const client = restClient(access);
  const { status, type } = await client.api.v2010.accounts(access.accountSid).fetch();
  const numbers = await client.incomingPhoneNumbers.list({ limit: MOST_NUMBERS });
  return {
    status,
    type,
    numbers: numbers.map(({ phoneNumber, voiceUrl, voiceMethod }) => ({
      number: phoneNumber,
      voiceUrl,
      voiceMethod,
    })),
  };
}

function isAlreadyOver(cause: unknown): boolean {
  return cause instanceof twilio.RestException && (cause.status === 404 || cause.code === NOT_IN_PROGRESS);
}

/** "Operation on a call that is not in progress." */
const NOT_IN_PROGRESS = 21_220;

/** Six rings: beyond that, somebody's answering machine takes over. */
const RING_S = 30;

const MOST_NUMBERS = 100;

/** The account that owns the phone numbers, and how to reach it. */
export interface TwilioAccess {
  readonly accountSid: string;
  readonly authToken: string;
  /** A base address to use instead of Twilio's own, such as a test double's. */
  readonly apiUrl: string | null;
}

/** The SDK's client; with an address of our own, requests go there instead. */
function restClient({ accountSid, authToken, apiUrl }: TwilioAccess): twilio.Twilio {
  const httpClient = new twilio.RequestClient({ timeout: REQUEST_MS });
  if (apiUrl !== null) {
    const request = httpClient.request.bind(httpClient);
    httpClient.request = (options) => request({ ...options, uri: atBase(apiUrl, options.uri) });
  }
  return twilio(accountSid, authToken, { httpClient });
}

function atBase(baseUrl: string, uri: string): string {
  const { pathname, search } = new URL(uri);
  return baseUrl.replace(/\/+$/, '') + pathname + search;
}

/** The caller is waiting for the line to go dead; the SDK's own default is half a minute. */
const REQUEST_MS = 5_000;

interface Picture {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

/**
 * A picture that came with a message.
 *
 * The address comes with a signed request, and is held to Twilio's own hosts all the same: nobody is to have us
 * fetch something from the inside of a network. Twilio redirects to where the bytes are; that, too, is its own.
 */
async function fetchPicture(access: TwilioAccess, address: string): Promise<Picture> {
  let url = new URL(address);
  const headers = {
    authorization: `Basic ${Buffer.from(`${access.accountSid}:${access.authToken}`).toString('base64')}`,
  };
  for (let hop = 0; hop <= MOST_HOPS; hop++) {
    if (!isTwilios(url, access)) throw refused(`an address of ${url.host}`);
    const response = await fetch(url, {
      redirect: 'manual',
      signal: AbortSignal.timeout(FETCH_MS),
      ...(hop === 0 && { headers }), // not for whoever keeps the bytes
    });
    const next = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && next !== null) url = new URL(next, url);
    else return read(response);
  }
  throw refused('one redirect after the other');
}

async function read(response: Response): Promise<Picture> {
  const mediaType = response.headers.get('content-type')?.split(';')[0] ?? '';
  if (!response.ok || !MEDIA_TYPES.has(mediaType)) {
    await response.body?.cancel();
    throw refused(`${response.status} with ${mediaType || 'no type'}`);
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > MOST_BYTES) throw refused('more than five megabytes');
    chunks.push(chunk);
  }
  return { bytes: Buffer.concat(chunks), mediaType };
}

function isTwilios(url: URL, { apiUrl }: TwilioAccess): boolean {
  if (apiUrl !== null && url.origin === new URL(apiUrl).origin) return true;
  return (
    url.protocol === 'https:' &&
    (url.hostname === 'twilio.com' || /\.(twilio|twiliocdn)\.com$/.test(url.hostname))
  );
}

function refused(what: string): RingdownError {
  return new RingdownError(
    'CARRIER_REFUSED',
    `A PNG or JPEG of at most five megabytes from Twilio was expected, and ${what} came. The picture is not used.`,
  );
}

const MEDIA_TYPES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg']);
const MOST_BYTES = 5 * 1024 * 1024;
const FETCH_MS = 10_000;
const MOST_HOPS = 2;
