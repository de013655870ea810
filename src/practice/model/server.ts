import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import { createServer as createTlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import type { Clock } from '../../ports/clock.ts';
import type { Brain } from './brain.ts';
import { connect, socketLine } from './connection.ts';
import type { Ears } from './ears.ts';
import type { Habits } from './habits.ts';
import type { Admission } from './handshake.ts';
import { admit } from './handshake.ts';
import { Ids } from './ids.ts';
import type { Misbehaviour } from './misbehaviour.ts';
import { answerModels, errorBody } from './models-endpoint.ts';
import { Outlet } from './outlet.ts';
import type { PracticeModelOptions, PracticeSession } from './practice-model.ts';
import type { McpTool, RemoteServer } from './remote-server.ts';
import { RequestError } from './request-error.ts';
import { Session } from './session.ts';

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
