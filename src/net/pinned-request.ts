import { type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { isIP } from 'node:net';
import { type Destination, destinationOf, type Refusal, resolveAll } from './destination.ts';
import { isPublicAddress } from './public-address.ts';

/** Why nothing was reached, in words that hold no secret and nothing of a caller's. */
export class NotReached extends Error {}

export interface PinnedRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly signal: AbortSignal;
  /** Whose certificates count besides the usual. */
  readonly certificateAuthority?: string | undefined;
}

/**
 * One request, to the very address that was looked at: looking up its name a second time might give another one.
 * Redirects are not followed. Whoever asks reads the answer, or destroys it.
 */
export function requestPinned(
  { url, address }: Destination,
  { method, headers, body, signal, certificateAuthority: ca }: PinnedRequest,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = (url.protocol === 'https:' ? overHttps : overHttp)(url, {
    method,
    headers: { ...headers, ...(body !== null && { 'content-length': Buffer.byteLength(body) }) },
    lookup: (_hostname, options, found) => {
      const family = isIP(address);
      if (options.all) found(null, [{ address, family }]);
      else found(null, address, family);
    },
    agent: false, // no connection of before, which may have been made to another address
    signal,
    maxHeaderSize: MOST_HEADER_BYTES,
    ...(ca !== undefined && { ca }),
  });
  request.on('response', resolve);
  request.on('error', reject);
  request.end(body ?? undefined);
  return promise;
}

export interface HttpsRequest extends Omit<PinnedRequest, 'certificateAuthority'> {
  readonly url: URL;
}

export interface HttpsAnswer {
  readonly status: number;
  readonly text: string;
}

/** The net below a request: names, who may be reached, and whose certificates count. Tests bring their own. */
export interface Network {
  addressesOf(host: string): Promise<readonly string[]>;
  mayReach(address: string): boolean;
  readonly certificateAuthority?: string;
}

export const internet: Network = { addressesOf: resolveAll, mayReach: isPublicAddress };

/** A request over https to somewhere on the open internet, whose answer is read up to a limit. */
export async function requestHttps({ url, ...what }: HttpsRequest, network: Network): Promise<HttpsAnswer> {
  const { certificateAuthority } = network;
  const destination = await destinationOf(url.href, [], network.addressesOf, network.mayReach);
  if (typeof destination === 'string') throw new NotReached(WHY_NOT[destination](url.hostname));
  const response = await requestPinned(destination, { ...what, certificateAuthority });
  return { status: response.statusCode ?? 0, text: await textOf(response, url.hostname) };
}

async function textOf(response: IncomingMessage, host: string): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += chunk.length;
    if (bytes > MOST_ANSWER_BYTES) throw new NotReached(`${host} answered with more than 1 MiB.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const NO_SUCH_WAY = () => 'Only https addresses without a user in them can be reached.';
const WHY_NOT = {
  bad_url: NO_SUCH_WAY,
  not_https: NO_SUCH_WAY,
  has_password: NO_SUCH_WAY,
  unknown_host: (host) => `${host} is not known under this name.`,
  not_public: (host) => `${host} has an address that is not of the open internet: not reached.`,
} as const satisfies Record<Refusal, (host: string) => string>;

const MOST_ANSWER_BYTES = 1024 * 1024;
const MOST_HEADER_BYTES = 16 * 1024;
