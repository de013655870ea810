import { lookup } from 'node:dns/promises';
import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { isIP } from 'node:net';
import type { Destination, Resolve } from './destination.ts';

/** Sends it, and resolves to the status of the answer. Rejects if there is none. */
export type Send = (
  to: Destination,
  body: string,
  headers: Readonly<Record<string, string>>,
) => Promise<number>;

/** To the address that was looked at, whatever its name means by now. What comes back besides the status is not read. */
export const sendPinned: Send = ({ url, address }, body, headers) =>
  new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? overHttps : overHttp)(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      lookup: (_hostname, options, found) => {
        const family = isIP(address);
        if (options.all) found(null, [{ address, family }]);
        else found(null, address, family);
      },
      agent: false, // no connection of before, which may have been made to another address
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    request.on('response', (response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    request.on('error', reject);
    request.end(body);
  });

export const resolveAll: Resolve = async (hostname) =>
  (await lookup(hostname, { all: true })).map(({ address }) => address);

const ANSWER_MS = 5_000;
