import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { Brain, Ears } from './brain.ts';
import type { Certificate } from './certificate.ts';
import type { ClientEvent } from './client-events.ts';
import type { Entry } from './conversation.ts';
import { type Admission, admit, answerModels, errorBody } from './handshake.ts';
import type { Misbehaviour } from './misbehaviour.ts';
import { Ids, type Line, Outlet } from './outlet.ts';
import type { McpTool, RemoteServer } from './remote-tools.ts';
import { RequestError } from './request-error.ts';
import type { ServerEvent } from './server-events.ts';
import { type Received, Session } from './session.ts';
import type { SessionConfig } from './session-config.ts';
import type { Habits } from './session-context.ts';

export interface ServerSetup extends Pick<PracticeModelOptions, 'tls' | 'onClientEvent' | 'onServerEvent'> {
  readonly port: number;
  readonly host: string;
  readonly brain: Brain;
  readonly ears: Ears;
  readonly habits: Habits;
  readonly misbehave: Misbehaviour;
  readonly clock: Clock;
  readonly wrongKey: string;
  reach(tool: McpTool): RemoteServer;
}

const MAX_PAYLOAD_BYTES = 16 * 1024 * 1024;

/** Listens, lets clients in or not, and gives each its session. */
export class ModelServer {
  readonly #setup: ServerSetup;
  readonly #ids = new Ids();
  readonly #http: Server | TlsServer;
  readonly #upgrades: WebSocketServer;
  readonly #connections = new Set<Duplex>();
  readonly #sessions = new Set<PracticeSession>();

  constructor(setup: ServerSetup) {
    this.#setup = setup;
    this.#upgrades = new WebSocketServer({
      noServer: true,
      autoPong: false,
      maxPayload: MAX_PAYLOAD_BYTES,
      perMessageDeflate: false,
      handleProtocols: (names) => (names.has('realtime') ? 'realtime' : false),
    });
    const answer: RequestListener = (request, response) => answerModels(request, response, setup.wrongKey);
    this.#http = setup.tls ? createTlsServer(setup.tls, answer) : createServer(answer);
    this.#http.on('upgrade', (request, connection, head) => this.#upgrade(request, connection, head));
  }

  get sessions(): readonly PracticeSession[] {
    return [...this.#sessions];
  }

  /** Gives the port. */
  listen(): Promise<number> {
    const { port, host } = this.#setup;
    return new Promise((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(port, host, () => {
        const address = this.#http.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) connection.destroy();
    this.#http.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.#http.close(() => resolve());
    });
  }

  #upgrade(request: IncomingMessage, connection: Duplex, head: Buffer): void {
    this.#connections.add(connection);
    connection.on('error', () => connection.destroy());
    connection.on('close', () => this.#connections.delete(connection));
    const { misbehave, wrongKey } = this.#setup;
    if (misbehave.hangAtUpgrade === true) return;
    const refusal = misbehave.refuseUpgrade;
    if (refusal !== undefined && (refusal.times ?? 1) > 0) {
      if (refusal.times !== undefined) refusal.times--;
      const error = new RequestError(null, `Refused on request: ${refusal.status}.`);
      return refuse(connection, refusal.status, error, refusal.retryAfterS);
    }
    const admission = admit(request.url ?? '/', request.headers, wrongKey);
    if (admission.type === 'refused') return refuse(connection, admission.status, admission.error);
    this.#upgrades.handleUpgrade(request, connection, head, (socket) => {
      if (admission.type === 'turned_away') this.#turnAway(socket, connection, admission.error);
      else this.#welcome(socket, connection, admission);
    });
  }

  #turnAway(socket: WebSocket, connection: Duplex, error: RequestError): void {
    const outlet = new Outlet(socketLine(socket, connection), this.#ids, this.#setup.misbehave, () => {});
    const { kind, code, message, param } = error;
    socket.on('error', () => {});
    outlet.send({ type: 'error', error: { type: kind, code, message, param, event_id: null } });
    outlet.close(4000, `${kind}.${code}`);
  }

  #welcome(
    socket: WebSocket,
    connection: Duplex,
    { kind, model }: Extract<Admission, { type: 'welcome' }>,
  ): void {
    const { brain, ears, habits, misbehave, clock, reach, onClientEvent, onServerEvent } = this.#setup;
    const line = socketLine(socket, connection);
    const outlet = new Outlet(line, this.#ids, misbehave, (event) => onServerEvent?.(event, handle));
    const session = new Session({
      kind,
      model,
      outlet,
      reach,
      context: { brain, ears, habits, misbehave, clock, ids: this.#ids },
      onClientEvent: (event) => onClientEvent?.(event, handle),
    });
    const handle = sessionHandle(session, outlet);
    this.#sessions.add(handle);
    connect(socket, session, { misbehave, clock, gone: () => this.#sessions.delete(handle) });
    session.begin();
  }
}

function sessionHandle(session: Session, outlet: Outlet): PracticeSession {
  return {
    get config() {
      return session.config;
    },
    get items() {
      return session.entries;
    },
    get received() {
      return session.received;
    },
    get heardMs() {
      return session.heardMs;
    },
    get isAnswering() {
      return session.isAnswering;
    },
    raise: (code, message = `Raised on request: ${code}.`) => session.refuse(new RequestError(code, message)),
    send: (frame) => outlet.sendRaw(frame),
    drop: (how) => outlet.drop(how),
  };
}

function refuse(connection: Duplex, status: number, error: RequestError, retryAfterS?: number): void {
  const body = JSON.stringify(errorBody(error));
  const lines = [
    `HTTP/1.1 ${status} Refused`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(retryAfterS === undefined ? [] : [`Retry-After: ${retryAfterS}`]),
  ];
  connection.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

/** A client that lets this much wait unread is cut off. */
const MOST_UNREAD_BYTES = 64 * 1024 * 1024;
const LOOK_AGAIN_MS = 20;

/** The way to a client over its WebSocket. */
function socketLine(socket: WebSocket, connection: Duplex): Line {
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
function connect(
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

export interface PracticeModelOptions {
  /** 0, the default, takes any free one. */
  readonly port?: number;
  readonly host?: string;
  /** Over TLS, with this certificate; without when absent. */
  readonly tls?: Certificate;
  /** What it answers; a small dialogue when absent. */
  readonly brain?: Brain;
  /** How it hears; by the sound of the practice sentences when absent. */
  readonly ears?: Ears;
  readonly habits?: Partial<Habits>;
  readonly misbehave?: Misbehaviour;
  readonly clock?: Clock;
  /** The way to the MCP servers that clients name; to those on this machine, and no further, when absent. */
  readonly reach?: (tool: McpTool) => RemoteServer;
  /** The one key that is refused. */
  readonly wrongKey?: string;
  readonly onClientEvent?: (event: ClientEvent, session: PracticeSession) => void;
  readonly onServerEvent?: (event: ServerEvent, session: PracticeSession) => void;
}

/** A running practice model. */
export interface PracticeModel {
  /** What clients call their base address: `http://127.0.0.1:PORT/v1`. */
  readonly baseUrl: string;
  /** The conversations going on. */
  readonly sessions: readonly PracticeSession[];
  /** What it does wrong; may be changed at any time. */
  readonly misbehave: Misbehaviour;
  close(): Promise<void>;
}

/** One conversation, as whoever runs the server may look at it and disturb it. */
export interface PracticeSession {
  readonly config: SessionConfig;
  readonly items: readonly Entry[];
  readonly received: Readonly<Received>;
  readonly heardMs: number;
  readonly isAnswering: boolean;
  /** Sends an error of this code that no request has caused. */
  raise(code: string, message?: string): void;
  /** Sends anything: an object as JSON, text and bytes as they are. */
  send(frame: unknown): void;
  /** Goes away, with a close code or by a torn connection. */
  drop(how: number | 'reset'): void;
}
