import { WebSocket } from 'ws';
import type { Config } from '../../app/config.ts';
import { bad, because, type Finding, good, note } from './finding.ts';

/** The public address, as the carrier will use it: web and sockets. */
export async function checkAddress({
  publicUrl,
  twilioAuthToken,
  port,
}: Config): Promise<readonly Finding[]> {
  if (publicUrl === null) {
    const text =
      'No PUBLIC_URL: only this machine can call. For a real number, start a tunnel and set PUBLIC_URL to its https address.';
    return [twilioAuthToken ? bad('address', text) : note('address', text)];
  }
  const isSecure = publicUrl.startsWith('https://');
  const scheme = isSecure
    ? good('address', `${publicUrl} is an https address.`)
    : bad('address', `${publicUrl} is no https address, and Twilio opens media streams to those only.`);
  const reached = await reachWeb(publicUrl, port);
  return reached.state === 'bad' ? [scheme, reached] : [scheme, reached, await reachSocket(publicUrl)];
}

async function reachWeb(publicUrl: string, port: number): Promise<Finding> {
  try {
    const response = await fetch(`${publicUrl}/healthz`, { signal: AbortSignal.timeout(REQUEST_MS) });
    if ((await response.text()) === 'alive')
      return good('reachable', `${publicUrl} leads to a running Ringdown.`);
    return bad(
      'reachable',
      `${publicUrl} is answered by something else (${response.status}). Point the tunnel to port ${port}, and start Ringdown.`,
    );
  } catch (error) {
    return bad(
      'reachable',
      `${publicUrl} cannot be reached ${because(error)}. Start Ringdown and the tunnel, then try again.`,
    );
  }
}

/** A ticket that nobody has must be refused by us; anything else is somebody on the way who does not let sockets through. */
function reachSocket(publicUrl: string): Promise<Finding> {
  const address = `${publicUrl.replace(/^http/, 'ws')}/twilio/media/doctor`;
  const socket = new WebSocket(address, { handshakeTimeout: REQUEST_MS });
  return new Promise((resolve) => {
    socket.on('error', (error) => resolve(bad('sockets', `${address} cannot be reached ${because(error)}.`)));
    socket.on('unexpected-response', (request, { statusCode }) => {
      request.destroy();
      resolve(
        statusCode === 403
          ? good('sockets', 'Web sockets come through, and one without a ticket is refused.')
          : bad(
              'sockets',
              `${address} answered ${statusCode}: the tunnel or proxy has to let web sockets through.`,
            ),
      );
    });
  });
}

const REQUEST_MS = 10_000;
