import { RingdownError } from '../../errors.ts';
import type { TwilioAccess } from './access.ts';

export interface Picture {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

/**
 * A picture that came with a message.
 *
 * The address comes with a signed request, and is held to Twilio's own hosts all the same: nobody is to have us
 * fetch something from the inside of a network. Twilio redirects to where the bytes are; that, too, is its own.
 */
export async function fetchPicture(access: TwilioAccess, address: string): Promise<Picture> {
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
