import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/**
 * What a request says of the page that made it. Browsers name the page's site for everything that changes something,
 * and for sockets. `unsaid`: nobody says, as programs do not.
 */
export type Site = 'own' | 'foreign' | 'unsaid';

/** `host`: the name under which we were asked, as far as it can be believed. */
export function siteOf(request: IncomingMessage, host: string, publicUrl: string): Site {
  const { origin, referer } = request.headers;
  const isOwn = (address: string) => isOfSite(address, host, publicUrl);
  if (origin !== undefined) return isOwn(origin) ? 'own' : 'foreign';
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' ? 'own' : 'foreign';
  // Streams over plain HTTP bring neither; our own pages say where they come from.
  if (request.method === 'GET' && isOwn(referer ?? '')) return 'own';
  return isOfBrowser(request) ? 'foreign' : 'unsaid';
}

/** Browsers that were made before they said where a form comes from still say what they are. */
function isOfBrowser({ headers }: IncomingMessage): boolean {
  return headers.referer !== undefined || /^(Mozilla|Opera)\//.test(headers['user-agent'] ?? '');
}

function isOfSite(origin: string, host: string, publicUrl: string): boolean {
  const url = URL.parse(origin);
  if (!url || !/^https?:$/.test(url.protocol)) return false; // "null" among others
  return url.host === host || url.origin === URL.parse(publicUrl)?.origin;
}

/**
 * Whether whoever asks sits at this machine: on its own socket, under its own name, and not through a proxy.
 *
 * A proxy that adds nothing at all cannot be told from a person here. So this is a proof only as long as nothing of
 * ours is meant for the outside; where something is, `Config.isPublic` takes it out of use.
 */
export function isThisMachine(request: IncomingMessage): boolean {
  // nginx, as it comes, adds nothing, but speaks HTTP/1.0, which no browser does any more.
  const isDirect = request.httpVersion === '1.1' && !Object.keys(request.headers).some(isOfProxy);
  return isLoopback(request.socket.remoteAddress ?? '') && isDirect && isOwnName(request.headers.host ?? '');
}

/** A name that somebody else owns can be made to point here: then its pages would be ours to the browser. */
function isOwnName(host: string): boolean {
  return /^(localhost|\[::1\]|127(\.\d{1,3}){3})(:\d+)?$/i.test(host);
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}

/** What proxies, tunnels and CDNs say of themselves, or of whom they bring. */
function isOfProxy(header: string): boolean {
  return PROXY_HEADERS.test(header) || SOMEBODY_ELSES_ADDRESS.test(header);
}

const PROXY_HEADERS =
  /^(forwarded$|via$|cdn-loop$|x-scheme$|cf-|fly-|ngrok-|x-(forwarded|original|envoy|amz|azure|appengine|cloud|arr|proxy))/;
const SOMEBODY_ELSES_ADDRESS = /(client|connecting|remote|real|user)-?(ip|addr)/;

export interface UnsignedSurroundings {
  readonly isPublic: boolean;
  readonly publicUrlOf: (request: IncomingMessage) => string;
}

/**
 * Whether a practice call may come in, of which nothing but its address says who it is: never one that a page of another
 * site had a browser make, be it under a name of its own that it made point here.
 */
export function unsignedReader({
  isPublic,
  publicUrlOf,
}: UnsignedSurroundings): (request: IncomingMessage) => boolean {
  return (request) => {
    const publicUrl = publicUrlOf(request);
    if (isFromForeignSite(request, publicUrl)) return false;
    return isPublic ? isKnownName(request.headers.host ?? '', publicUrl) : isThisMachine(request);
  };
}

function isFromForeignSite(request: IncomingMessage, publicUrl: string): boolean {
  return siteOf(request, request.headers.host ?? '', publicUrl) === 'foreign';
}

/** An address of digits is nobody's to point anywhere. */
function isKnownName(host: string, publicUrl: string): boolean {
  const name = URL.parse(`http://${host}`)?.hostname ?? '';
  return isOwnName(host) || isIP(name.replace(/[[\]]/g, '')) !== 0 || name === URL.parse(publicUrl)?.hostname;
}
