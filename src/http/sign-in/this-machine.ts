import type { IncomingMessage } from 'node:http';

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
export function isOwnName(host: string): boolean {
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
