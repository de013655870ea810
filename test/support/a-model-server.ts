import { createServer, type IncomingMessage } from 'node:http';
import { afterEach, expect, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { type OpenAIDefaults, type OpenAIKey, openAIRealtime } from '../../src/models/openai/index.ts';
import type { Session, SessionEvent, SessionSetup } from '../../src/ports/session.ts';
import { TestClock } from './test-clock.ts';

type Json = Record<string, unknown>;

export const SETUP: SessionSetup = {
  instructions: 'Be brief.',
  tools: [],
  remoteTools: [],
  output: 'speech',
  turnTaking: {
    detection: { type: 'server_vad', threshold: 0.5, prefixPaddingMs: 300, silenceMs: 500 },
    isLedByUs: false,
  },
};

const DEFAULTS: OpenAIDefaults = {
  audio: 'pcm24',
  voice: 'marin',
  transcription: { model: 'gpt-realtime-whisper', language: null },
};

/** What a server does while a socket is opened, where a test wants something else than "yes". */
export type Handshake = 'accept' | 'hang' | { readonly status: number; readonly retryAfterS?: number };

/** A model's server, line by line in a test's hand, with our session at the other end. */
export async function aModelServer(
  options: {
    handshake?: Handshake;
    /** One after the other; the last stays. */
    handshakes?: readonly Handshake[];
    clock?: TestClock;
    /** Somebody else's. */
    baseUrl?: string;
    key?: OpenAIKey;
    defaults?: Partial<OpenAIDefaults>;
    setup?: Partial<SessionSetup>;
  } = {},
) {
  const received: Json[] = [];
  const events: SessionEvent[] = [];
  const requests: IncomingMessage[] = [];
  const { clock = new TestClock() } = options;
  /** What the call does at the moment it hears that the model is there, or has a problem. */
  const hooks = { onReady: () => {}, onProblem: () => {} };
  const sockets = new WebSocketServer({ noServer: true });
  const server = createServer();
  let socket: WebSocket | null = null;
  server.on('upgrade', (request, raw, head) => {
    requests.push(request);
    raw.on('error', () => {});
    const { handshakes = [options.handshake ?? 'accept'] } = options;
    const handshake = handshakes[Math.min(requests.length, handshakes.length) - 1] ?? 'accept';
    if (handshake === 'hang') {
      raw.resume(); // or it would not notice that the other side leaves
      raw.on('end', () => raw.destroy());
      return;
    }
    if (handshake !== 'accept') {
      const { status, retryAfterS } = handshake;
      const wait = retryAfterS === undefined ? '' : `Retry-After: ${retryAfterS}\r\n`;
      raw.end(`HTTP/1.1 ${status} No\r\n${wait}Connection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, raw, head, (opened) => {
      socket = opened;
      opened.on('error', () => {});
      opened.on('message', (data) => void received.push(JSON.parse(data.toString()) as Json));
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const access = {
    baseUrl: options.baseUrl ?? `http://127.0.0.1:${port}/v1`,
    model: 'gpt-realtime-2.1',
    key: options.key ?? { kind: 'bearer', secret: 'sk-secret' },
  } as const;

  const session: Session = openAIRealtime(access, { ...DEFAULTS, ...options.defaults }, clock).open(
    { ...SETUP, ...options.setup },
    (event) => {
      events.push(event);
      if (event.type === 'ready') hooks.onReady();
      if (event.type === 'problem') hooks.onProblem();
    },
  );
  const isOpen = () => vi.waitFor(() => expect(socket?.readyState).toBe(1));
  const send = (message: unknown) =>
    socket?.send(typeof message === 'string' ? message : JSON.stringify(message));
  const receive = async (type: string) => {
    const [message] = await vi.waitFor(() => {
      const found = received.filter((candidate) => candidate['type'] === type);
      expect(found.length, `waiting for ${type}`).toBeGreaterThan(0);
      return found;
    });
    return message as Json;
  };

  afterEachOnce(async () => {
    session.close();
    for (const client of sockets.clients) client.terminate();
    server.closeAllConnections();
    await new Promise<void>((resolve) => void server.close(() => resolve()));
  });
  return Object.assign(hooks, {
    session,
    events,
    received,
    requests,
    clock,
    send,
    receive,
    isOpen,
    socket: () => socket,
    /** The opening, as the protocol has it; `inForce` overrides what was asked for. */
    async opens(inForce: (asked: Json) => Json = (asked) => asked) {
      await isOpen();
      send({ type: 'session.created', event_id: 'e1', session: {} });
      const update = await receive('session.update');
      send({ type: 'session.updated', event_id: 'e2', session: inForce(update['session'] as Json) });
      await vi.waitFor(() => expect(events.length).toBeGreaterThan(0));
    },
    async tells(count: number) {
      await vi.waitFor(() => expect(events.length).toBeGreaterThanOrEqual(count));
      return events;
    },
  });
}

const cleanups: (() => Promise<void>)[] = [];

function afterEachOnce(cleanup: () => Promise<void>): void {
  cleanups.push(cleanup);
}

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});
