import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { SessionLost } from '../../ports/session.ts';
import { authorization, isAboutCertificate, type OpenAIAccess, realtimeAddress } from './access.ts';

/** A connection that came to nothing. */
export interface FailedDial {
  readonly reason: SessionLost;
  readonly detail: string;
  /** The server wants to be left alone for so long. */
  readonly retryAfterMs?: number;
}

/** Whether the model is worth another try while the phone still rings, and when. */
export class Redial {
  readonly #begunAt: number;
  readonly #random: () => number;
  #dialled = 1;

  constructor(now: number, random: () => number = Math.random) {
    this.#begunAt = now;
    this.#random = random;
  }

  /** How long to wait before the next try; null where it would not help, or not in time. */
  next({ reason, retryAfterMs = 0 }: FailedDial, now: number): number | null {
    const waitMs = WAITS_MS[this.#dialled - 1];
    if (waitMs === undefined || !PASSES.has(reason)) return null;
    const ms = Math.max(waitMs * (1 + this.#random()), retryAfterMs);
    if (now + ms > this.#begunAt + LATEST_MS) return null;
    this.#dialled += 1;
    return ms;
  }
}

/** What may be over in a moment. A key that is refused is refused again. */
const PASSES: ReadonlySet<SessionLost> = new Set(['unreachable', 'limited']);

/** Before the second and the third try, and up to twice as long: many calls that fail together do not come back together. */
const WAITS_MS: readonly number[] = [100, 500];

/** A try that begins later is not over before the caller has given up. */
const LATEST_MS = 6_500;

/**
 * How much of the thread that all calls share one session may take.
 *
 * What a model sends is dealt with at once, but not for ever: when its share of a slice of time is used up, nothing
 * more is read until the next. The rest waits on the wire, where it costs us nothing.
 */
export class FairShare {
  #sliceBegan = Number.NEGATIVE_INFINITY;
  #usedMs = 0;

  /** It worked from then until then. How long it is to rest now, if at all. */
  worked(from: number, until: number): number {
    if (from - this.#sliceBegan >= SLICE_MS) {
      this.#sliceBegan = from;
      this.#usedMs = 0;
    }
    this.#usedMs += until - from;
    return this.#usedMs < SHARE_MS ? 0 : SLICE_MS;
  }
}

/** As long as a frame of the phone's. */
const SLICE_MS = 20;

/** What a hundred calls' frames cost in that time. */
const SHARE_MS = 3;

/** Who is told what comes of a socket. `lost` is told at most once, and nothing after it. */
export interface SocketListener {
  readonly message: (text: Buffer) => void;
  readonly lost: (failure: FailedDial) => void;
}

/** The wire to the model: opened within a time limit, watched while it is open, surely closed. */
export class ModelSocket {
  readonly #socket: WebSocket | null;
  readonly #listener: SocketListener;
  readonly #clock: Clock;
  readonly #share = new FairShare();
  readonly #stopWatching: Cancel;
  #stopResting: Cancel = () => {};
  #wire: Socket | null = null;
  #isAnswering = true;
  #isDone = false;

  constructor(access: OpenAIAccess, clock: Clock, listener: SocketListener) {
    this.#listener = listener;
    this.#clock = clock;
    const socket = dial(access);
    if (socket instanceof Error) {
      this.#socket = null;
      // Later, as all news of a socket comes: whoever opens one does not have it yet.
      this.#stopWatching = clock.after(0, () => this.#lose({ reason: 'refused', detail: wordFor(socket) }));
      return;
    }
    this.#socket = socket;
    this.#stopWatching = clock.every(PING_MS, () => this.#watch());

    socket.on('upgrade', ({ socket: wire }) => {
      this.#wire = wire; // nothing is compressed, so what the library sends is on it when it returns
    });
    socket.on('message', (data, isBinary) => {
      if (!this.#isDone && !isBinary && Buffer.isBuffer(data)) this.#hear(data); // ws makes one of every text
    });
    socket.on('pong', () => {
      this.#isAnswering = true;
    });
    socket.on('unexpected-response', (_request, response) => {
      const { statusCode = 0, headers } = response;
      const retryAfterS = Number(headers['retry-after'] ?? 0);
      this.#lose({
        reason: reasonOfStatus(statusCode),
        detail: `http_${statusCode}`,
        ...(retryAfterS > 0 && { retryAfterMs: retryAfterS * 1000 }),
      });
    });
    socket.on('error', (error) => {
      const detail = wordFor(error);
      this.#lose({ reason: isAboutCertificate(detail) ? 'refused' : 'unreachable', detail });
    });
    socket.on('close', (code, reason) =>
      this.#lose({ reason: reasonOfClose(code), detail: closeDetail(code, reason.toString()) }),
    );
  }

  get backlogBytes(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  send(text: string | Buffer): void {
    if (!this.#isDone && this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(text, TEXT_FRAME);
  }

  /** A whole frame, header and all, behind what was sent before. False: there is no wire yet that it could go to. */
  sendFrame(frame: Buffer): boolean {
    if (!this.#wire) return false;
    if (!this.#isDone && this.#socket?.readyState === WebSocket.OPEN) this.#wire.write(frame);
    return true;
  }

  close(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#stopWatching();
    this.#stopResting();
    if (this.#socket) sayGoodbye(this.#socket);
  }

  #hear(text: Buffer): void {
    const from = this.#clock.now();
    this.#listener.message(text);
    const restMs = this.#share.worked(from, this.#clock.now());
    if (restMs === 0 || this.#isDone || this.#socket?.isPaused) return;
    this.#socket?.pause();
    this.#stopResting = this.#clock.after(restMs, () => this.#socket?.resume());
  }

  #watch(): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    if (!this.#isAnswering) return this.#lose({ reason: 'dropped', detail: 'no_pong' });
    this.#isAnswering = false;
    this.#socket.ping();
  }

  #lose(failure: FailedDial): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#stopWatching();
    this.#stopResting();
    this.#socket?.terminate();
    this.#listener.lost(failure);
  }
}

/** Whoever says the same says little before it; who floods goes on, and is not read on. */
function sayGoodbye(socket: WebSocket): void {
  let overheardBytes = 0;
  socket.on('message', (data) => {
    overheardBytes += Buffer.isBuffer(data) ? data.length : 0;
    if (overheardBytes > MOST_OVERHEARD_BYTES) socket.terminate();
  });
  socket.resume(); // or its own goodbye would not be read
  socket.close(1000);
}

/** A key that is no header, or an address that is none, shows at once; everything else does in time. */
function dial(access: OpenAIAccess): WebSocket | Error {
  try {
    return new WebSocket(realtimeAddress(access), { headers: authorization(access.key), ...LIMITS });
  } catch (error) {
    return error instanceof Error ? error : new Error('no socket');
  }
}

function reasonOfStatus(status: number): SessionLost {
  if (status === 429) return 'limited';
  return status >= 400 && status < 500 ? 'refused' : 'unreachable';
}

function reasonOfClose(code: number): SessionLost {
  if (code === SESSION_OVER) return 'expired';
  return code >= FIRST_OF_THE_VENDORS_OWN ? 'refused' : 'dropped';
}

/** The reason may quote what we sent, so only its first word is kept; the vendor's codes are one word. */
function closeDetail(code: number, reason: string): string {
  const word = /^[a-z_.]+$/i.test(reason) ? `_${reason}` : '';
  return `closed_${code}${word}`;
}

function wordFor(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

const LIMITS = {
  /** Longer than any healthy connect takes; the caller is listening to nothing meanwhile. */
  handshakeTimeout: 4_000,
  /** Both sides of a call are to be gone within a second of its end. */
  closeTimeout: 500,
  /** The server sends tenths of seconds of speech; some send all of an answer, and all repeat the pictures we show. */
  maxPayload: 16 * 1024 * 1024,
  perMessageDeflate: false,
};

/** Bytes go out as text, too: the protocol knows no other frames. */
const TEXT_FRAME = { binary: false };

/** What was on its way when we said goodbye: a second of an answer. */
const MOST_OVERHEARD_BYTES = 256 * 1024;

/** Two missed answers, ten seconds, and the socket is taken for dead. */
const PING_MS = 5_000;

/** The server closes with this when the session reached its longest duration, or goes away. */
const SESSION_OVER = 1001;
const FIRST_OF_THE_VENDORS_OWN = 4000;
