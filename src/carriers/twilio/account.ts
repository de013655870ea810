import twilio from 'twilio';
import { RingdownError } from '../../errors.ts';

export interface TwilioAccess {
  readonly accountSid: string;
  readonly authToken: string;
  /** A base address to use instead of Twilio's own, such as a test double's. */
  readonly apiUrl: string | null;
}

/** What we ask of the account that owns the phone number. */
export interface TwilioAccount {
  /** Ends a phone call. One that has ended already is fine. */
  hangUp(callSid: string): Promise<void>;
}

export function twilioAccount(access: TwilioAccess): TwilioAccount {
  const client = restClient(access);
  return {
    async hangUp(callSid) {
      try {
        await client.calls(callSid).update({ status: 'completed' });
      } catch (cause) {
        if (isAlreadyOver(cause)) return;
        const status = cause instanceof twilio.RestException ? cause.status : 'no answer';
        throw new RingdownError(
          'CARRIER_REFUSED',
          `Twilio did not end the call (${status}). Check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.`,
          { cause },
        );
      }
    },
  };
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

function isAlreadyOver(cause: unknown): boolean {
  return cause instanceof twilio.RestException && (cause.status === 404 || cause.code === NOT_IN_PROGRESS);
}

/** "Operation on a call that is not in progress." */
const NOT_IN_PROGRESS = 21_220;

/** The caller is waiting for the line to go dead; the SDK's own default is half a minute. */
const REQUEST_MS = 5_000;

const MOST_NUMBERS = 100;
