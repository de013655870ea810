import { lookup } from 'node:dns/promises';
import { type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { BlockList, isIP } from 'node:net';

/** Whether an address is one of the open internet: not ours, not our network's, not a cloud's own. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !SPECIAL.check(address, 'ipv4');
    case 6: // one that only wraps an IPv4 address is not in the first list
      return GLOBAL.check(address, 'ipv6') && !SPECIAL.check(address, 'ipv6');
    default:
      return false;
  }
}

/** https://www.iana.org/assignments/iana-ipv4-special-registry and its sister for IPv6. */
const SPECIAL = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10], // shared by a provider's customers
  ['127.0.0.0', 8],
  ['169.254.0.0', 16], // link-local, and what clouds tell their machines
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  SPECIAL.addSubnet(network, bits, 'ipv4');
}
for (const [network, bits] of [
  ['2001::', 23], // tunnels and other protocols' own
  ['2001:db8::', 32],
  ['2002::', 16], // IPv4 in disguise
  ['3fff::', 20],
] as const) {
  SPECIAL.addSubnet(network, bits, 'ipv6');
}

/** All that has been given out to networks so far. */
const GLOBAL = new BlockList();
GLOBAL.addSubnet('2000::', 3, 'ipv6');

/** Where a request goes: a name for the certificate, and the one address that was looked at. */
export interface Destination {
  readonly url: URL;
  readonly address: string;
}

export type Refusal = 'bad_url' | 'not_https' | 'has_password' | 'unknown_host' | 'not_public';

/** All addresses of a name. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

export const resolveAll: Resolve = async (hostname) =>
  (await lookup(hostname, { all: true })).map(({ address }) => address);

/**
 * Finds out whether a request may go there. The connection must then be made to the address found here and to no
 * other: a name can point somewhere else a moment later.
 *
 * What the owner has listed, scheme, host and port, is trusted wherever it leads.
 */
export async function destinationOf(
  text: string,
  allowedOrigins: readonly string[],
  resolve: Resolve,
  isPublic: (address: string) => boolean = isPublicAddress,
): Promise<Destination | Refusal> {
  const url = URL.parse(text); // also brings numbers in odd notations into the usual one
  if (!url || !/^https?:$/.test(url.protocol)) return 'bad_url';
  if (url.username !== '' || url.password !== '') return 'has_password';
  const isListed = allowedOrigins.some((origin) => URL.parse(origin)?.origin === url.origin);
  if (url.protocol !== 'https:' && !isListed) return 'not_https';

  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const addresses = isIP(host) ? [host] : await resolve(host).catch(() => []);
  const [address] = addresses;
  if (address === undefined) return 'unknown_host';
  if (!isListed && !addresses.every(isPublic)) return 'not_public';
  return { url, address };
}

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
