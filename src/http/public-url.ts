import type { IncomingMessage } from 'node:http';

/** Whether forwarded headers are believed when they come from this address. */
export type TrustsHop = (address: string, hop: number) => boolean;

/**
 * The address by which the world knows us, as far as a request can tell: the
 * configured one if there is one, what a trusted proxy in front of us says, or
 * this machine. A caller's own `Host` is never believed.
 */
export function publicUrlReader(
  configured: string | null,
  local: () => string,
  trusts: TrustsHop,
): (request: IncomingMessage) => string {
  return (request) => {
    if (configured !== null) return configured;
    if (!trusts(request.socket.remoteAddress ?? '', 0)) return local();
    const host = first(request.headers['x-forwarded-host']) ?? first(request.headers.host);
    const scheme = first(request.headers['x-forwarded-proto']);
    const isWeb = scheme === 'https' || scheme === 'http' || scheme === 'wss' || scheme === 'ws';
    return isWeb && host !== undefined ? `${scheme.replace(/^ws/, 'http')}://${host}` : local();
  };
}

function first(header: string | readonly string[] | undefined): string | undefined {
  const value = typeof header === 'string' ? header : header?.[0];
  return value?.split(',')[0]?.trim();
}
