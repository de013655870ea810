import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express';
import type { Admission } from '../ports/carrier.ts';
import type { Metrics } from './metrics.ts';
import { isThisMachine } from './sign-in/request-origin.ts';
import { isSameWord } from './sign-in/visitor.ts';

/** Express, as all our routes rely on it. */
export function createWebApp(trustProxy: string | number | boolean): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', trustProxy);
  return app;
}

/** Who may read the metrics besides whoever brings the token; see `Config`. */
export interface MetricsAccess {
  readonly token: string | null;
  readonly isPublic: boolean;
}

/** Whether the process lives, whether new calls are welcome, and what it has done: for whoever runs it. */
export function mountHealth(
  app: Express,
  admission: () => Admission,
  metrics: Metrics,
  access: MetricsAccess,
): void {
  app.get('/healthz', (_request, response) => {
    response.type('text/plain').send('alive');
  });
  app.get('/readyz', (_request, response) => {
    const state = admission();
    response
      .status(state.admitted ? 200 : 503)
      .type('text/plain')
      .send(state.admitted ? 'ready' : state.because);
  });
  app.get('/metrics', async (request, response) => {
    if (!mayReadMetrics(request, access)) {
      const status = access.token === null ? 403 : 401;
      if (status === 401) response.set('WWW-Authenticate', 'Bearer realm="Ringdown metrics"');
      return response.status(status).type('text/plain').send(METRICS_ARE_CLOSED);
    }
    return response.type(metrics.contentType).send(await metrics.text());
  });
}

/** What is left when no route took the request, or one failed over it. The outside learns no more than that. */
export function mountEndings(app: Express, crashed: (error: unknown) => void): void {
  app.use((request, response) => {
    sayPlainly(request, response, 404, NOTHING_HERE);
  });
  const onError: ErrorRequestHandler = (error, request, response, _next) => {
    const status = statusOf(error);
    if (status >= 500) crashed(error);
    if (response.headersSent) response.destroy();
    else
      sayPlainly(
        request,
        response,
        status,
        status >= 500 ? 'Something went wrong.' : 'This request was not understood.',
      );
  };
  app.use(onError);
}

/** Programs that ask the API are answered in its own form, whatever becomes of their request. */
function sayPlainly(request: Request, response: Response, status: number, message: string): void {
  response.status(status);
  if (!request.path.startsWith('/api/')) response.type('text/plain').send(message);
  else
    response.json({
      error: message === NOTHING_HERE ? `${message} GET /api/openapi.json says what there is.` : message,
    });
}

const NOTHING_HERE = 'There is nothing here.';

/** Somebody who takes the upgrade of a request to a socket; false if it is not theirs. */
export type UpgradeTaker = (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean;

/** A port that is ours. */
export interface Port {
  readonly server: Server;
  readonly port: number;
  /** Whoever comes is let in; those who came before have waited. */
  serve(app: Express, takers: readonly UpgradeTaker[]): void;
}

/** Takes a port before there is anything to serve on it: what is told of our address has to know it. */
export async function listen(at: { readonly port: number; readonly host: string }): Promise<Port> {
  const { promise: served, resolve: serve } = Promise.withResolvers<Served>();
  const server = createServer(LIMITS, async (request, response) => {
    const { handle } = await served;
    handle(request, response);
  });
  server.on('upgrade', async (request, socket, head) => {
    socket.on('error', () => socket.destroy()); // a peer that leaves in the middle of it
    const { takers } = await served;
    const isTaken = takers.some((take) => take(request, socket, head));
    if (!isTaken) socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.port, at.host, resolve);
  });
  return {
    server,
    port: portOf(server.address()),
    serve: (app, takers) => serve({ handle: inTurns(app), takers }),
  };
}

interface Served {
  readonly handle: RequestListener;
  readonly takers: readonly UpgradeTaker[];
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string')
    throw new TypeError('The server does not listen on a port.');
  return address.port;
}

function mayReadMetrics(request: IncomingMessage, { token, isPublic }: MetricsAccess): boolean {
  if (token === null) return !isPublic && isThisMachine(request);
  const given = /^Bearer (.{1,512})$/i.exec(request.headers.authorization ?? '')?.[1];
  return given !== undefined && isSameWord(given, token);
}

function statusOf(error: unknown): number {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : 500;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500;
}

const METRICS_ARE_CLOSED =
  'Metrics are for whoever sends METRICS_TOKEN as a bearer token. Without one set they are for this machine only, under the name localhost, not through a proxy, and only while nothing is configured for calls from outside.';

/** Generous to carriers and proxies, who send little and at once; short for whoever holds on to sockets. */
const LIMITS = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: 30_000,
};

/**
 * Lets people's requests in a few at a time. Five hundred pages that come back after a restart, all in one moment,
 * would otherwise be answered in one go, and calls wait for the end of it. Carriers' requests wait for nobody.
 */
export function inTurns(handle: RequestListener): RequestListener {
  const waiting: (readonly [IncomingMessage, ServerResponse])[] = [];
  const letIn = () => {
    for (const [request, response] of waiting.splice(0, AT_ONCE)) handle(request, response);
    if (waiting.length > 0) setImmediate(letIn);
  };
  return (request, response) => {
    if (request.url?.startsWith('/twilio/')) return handle(request, response);
    waiting.push([request, response]);
    if (waiting.length === 1) setImmediate(letIn);
  };
}

/** About a millisecond's work. */
const AT_ONCE = 4;

/** Whether forwarded headers are believed when they come from this address. */
export type TrustsHop = (address: string, hop: number) => boolean;

/**
 * The address by which the world knows us, as far as a request can tell: the
 * configured one if there is one, what a trusted proxy in front of us says, or
 * this machine. A caller's own `Host` is never believed.
 */
export function publicUrlReader(
  configured: string | null,
  local: string,
  trusts: TrustsHop,
): (request: IncomingMessage) => string {
  return (request) => {
    if (configured !== null) return configured;
    if (!trusts(request.socket.remoteAddress ?? '', 0)) return local;
    const host = first(request.headers['x-forwarded-host']) ?? first(request.headers.host);
    const scheme = first(request.headers['x-forwarded-proto']);
    const isWeb = scheme === 'https' || scheme === 'http' || scheme === 'wss' || scheme === 'ws';
    return isWeb && host !== undefined ? `${scheme.replace(/^ws/, 'http')}://${host}` : local;
  };
}

function first(header: string | readonly string[] | undefined): string | undefined {
  const value = typeof header === 'string' ? header : header?.[0];
  return value?.split(',')[0]?.trim();
}
