import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { siteOf } from './own-site.ts';
import { isOwnName, isThisMachine } from './this-machine.ts';

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
