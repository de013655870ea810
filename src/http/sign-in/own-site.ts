import type { IncomingMessage } from 'node:http';

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
