import twilio from 'twilio';

/** The account that owns the phone numbers, and how to reach it. */
export interface TwilioAccess {
  readonly accountSid: string;
  readonly authToken: string;
  /** A base address to use instead of Twilio's own, such as a test double's. */
  readonly apiUrl: string | null;
}

/** The SDK's client; with an address of our own, requests go there instead. */
export function restClient({ accountSid, authToken, apiUrl }: TwilioAccess): twilio.Twilio {
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
