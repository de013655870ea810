import twilio from 'twilio';
import { RingdownError } from '../../errors.ts';
import { restClient, type TwilioAccess } from './access.ts';
import { fetchPicture, type Picture } from './pictures.ts';

export type { TwilioAccess } from './access.ts';
export type { Picture } from './pictures.ts';

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
