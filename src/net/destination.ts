import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { isPublicAddress } from './public-address.ts';

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
