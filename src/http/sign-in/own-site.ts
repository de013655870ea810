import type { Request } from 'express';

/**
 * Whether a request was made by a page of ours, as its browser says. Browsers say it of everything
 * that changes something, and of sockets; whoever does not say it is refused.
 */
export function isFromOwnSite(request: Request, publicUrl: string): boolean {
  const { origin } = request.headers;
  if (origin !== undefined) return isOwn(origin, request, publicUrl);
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  // Streams over plain HTTP bring neither; our own pages say where they come from.
  return request.method === 'GET' && isOwn(request.headers.referer ?? '', request, publicUrl);
}

function isOwn(origin: string, request: Request, publicUrl: string): boolean {
  const url = URL.parse(origin);
  if (!url || !/^https?:$/.test(url.protocol)) return false; // "null" among others
  return url.host === request.host || url.origin === URL.parse(publicUrl)?.origin;
}

/** Whether whoever asks sits at this machine, and the browser knows it: not through a proxy, not by a name of others. */
export function isThisMachine(request: Request): boolean {
  const { headers, socket } = request;
  const address = socket.remoteAddress ?? '';
  const isLoopback = address === '::1' || /^(::ffff:)?127\./.test(address);
  const wasForwarded = PROXY_HEADERS.some((name) => headers[name] !== undefined);
  // A name that somebody else owns can be made to point here: then its pages would be ours to the browser.
  const host = (headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  const isOwnName = host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
  return isLoopback && !wasForwarded && isOwnName;
}

const PROXY_HEADERS = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'] as const;
