import { lookup } from 'node:dns/promises';
import { request as httpsRequest } from 'node:https';
import { Foreseen } from '../tools/thrown.ts';
import { isPublicAddress } from './public-address.ts';

export interface HttpsRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly signal: AbortSignal;
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

export const internet: Network = {
  addressesOf: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
  mayReach: isPublicAddress,
};

/**
 * One request over https, to the very address that was looked up and found to be public: looking up a second time
 * might give another one. Redirects are not followed, and an answer is read up to a limit.
 */
export async function requestHttps(what: HttpsRequest, network: Network): Promise<HttpsAnswer> {
  const { url, method, headers, body, signal } = what;
  if (url.protocol !== 'https:' || url.username || url.password) {
    throw new Foreseen('Only https addresses without a user in them can be reached.');
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = await network.addressesOf(host);
  const [address] = addresses;
  if (address === undefined || !addresses.every((each) => network.mayReach(each))) {
    throw new Foreseen(`${host} has an address that is not of the open internet: not reached.`);
  }
  const { promise, resolve, reject } = Promise.withResolvers<HttpsAnswer>();
  const { certificateAuthority: ca } = network;
  const request = httpsRequest(
    {
      host: address, // the one that was checked
      servername: host,
      port: url.port || 443,
      path: url.pathname + url.search,
      method,
      headers: {
        ...headers,
        host: url.host,
        ...(body === null ? {} : { 'content-length': Buffer.byteLength(body) }),
      },
      agent: false,
      signal,
      maxHeaderSize: MOST_HEADER_BYTES,
      ...(ca === undefined ? {} : { ca }),
    },
    (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MOST_ANSWER_BYTES)
          response.destroy(new Foreseen(`${host} answered with more than 1 MiB.`));
        else chunks.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      );
    },
  );
  request.on('error', reject);
  request.end(body ?? undefined);
  return promise;
}

const MOST_ANSWER_BYTES = 1024 * 1024;
const MOST_HEADER_BYTES = 16 * 1024;
