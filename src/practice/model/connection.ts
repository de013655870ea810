import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { RawData, WebSocket } from 'ws';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { Misbehaviour } from './misbehaviour.ts';
import type { Line } from './outlet.ts';
import { RequestError } from './request-error.ts';
import type { Session } from './session.ts';

/** A client that lets this much wait unread is cut off. */
const MOST_UNREAD_BYTES = 64 * 1024 * 1024;
const LOOK_AGAIN_MS = 20;

/** The way to a client over its WebSocket. */
export function socketLine(socket: WebSocket, connection: Duplex): Line {
  return {
    send(frame) {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > MOST_UNREAD_BYTES) socket.terminate();
      else socket.send(frame);
    },
    close: (code, reason) => socket.close(code, cutToFit(reason)),
    reset: () => (isResettable(connection) ? connection.resetAndDestroy() : connection.destroy()),
  };
}

/** Hands a session what comes in over its socket, and ends it with the socket. */
export function connect(
  socket: WebSocket,
  session: Session,
  { misbehave, clock, gone }: { misbehave: Misbehaviour; clock: Clock; gone: () => void },
): void {
  let lookAgain: Cancel | null = null;
  const pauseWhileAsked = () => {
    if (misbehave.stopReading === true) {
      socket.pause();
      lookAgain = clock.after(LOOK_AGAIN_MS, pauseWhileAsked);
    } else {
      lookAgain = null;
      socket.resume();
    }
  };
  socket.on('message', (data, isBinary) => {
    if (misbehave.stopReading === true && lookAgain === null) pauseWhileAsked();
    if (isBinary)
      session.refuse(new RequestError('invalid_event', 'Expected a text frame, got a binary one.'));
    else session.receive(asText(data));
  });
  socket.on('ping', (payload) => {
    if (misbehave.blackHole !== true) socket.pong(payload);
  });
  // What a broken client does is reported by `close`, which follows.
  socket.on('error', () => {});
  socket.on('close', () => {
    lookAgain?.();
    session.end();
    gone();
  });
}

function asText(data: RawData): string {
  return Array.isArray(data) ? Buffer.concat(data).toString() : data.toString();
}

/** A close frame has room for 123 bytes of reason. */
function cutToFit(reason: string): string {
  return Buffer.from(reason).subarray(0, 123).toString();
}

function isResettable(connection: Duplex): connection is Duplex & { resetAndDestroy(): void } {
  return 'resetAndDestroy' in connection && !(connection instanceof TLSSocket); // which has no connection to tear
}
