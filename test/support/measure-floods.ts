/**
 * What a model that floods costs the calls beside it: how late frames of live calls are, in the program as it is
 * started, while nothing floods, and while one call after the other is sent a hundred megabytes of one kind as fast as
 * they go: `node test/support/measure-floods.ts [calls] [seconds]`.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import { coreTimes, stolenLine } from '../../src/bench/stalls.ts';
import { DIAL_DEFAULTS, dial } from '../../src/practice/phone/dial.ts';
import { aLoad } from './a-load.ts';
import { aServerWithCalls } from './a-server-with-calls.ts';

const calls = Number(process.argv[2] ?? 8);
const seconds = Number(process.argv[3] ?? 6);
const FLOOD_BYTES = 100e6;
/** By then the callers have rung and talk, or what was flooded is quiet again. */
const SETTLING_MS = 3_000;
const RING_MS = 100;
const FLOOD_CALL_MS = 1_000;

const inPart = { response_id: 'r1', item_id: 'i1', output_index: 0, content_index: 0 };
const words = 'word '.repeat(3_277);
const nested = `{"type":"response.noted","x":[${'['.repeat(40)}${']'.repeat(40)}${',[1]'.repeat(250_000)}]}`;
const FLOODS: Readonly<Record<string, string>> = {
  'words of an answer': JSON.stringify({
    type: 'response.output_audio_transcript.delta',
    ...inPart,
    delta: words,
  }),
  writing: JSON.stringify({ type: 'response.output_text.delta', ...inPart, delta: words }),
  arguments: JSON.stringify({ type: 'response.function_call_arguments.delta', ...inPart, delta: words }),
  'events that nobody knows': JSON.stringify({ type: 'session.noted', note: words }),
  'nested JSON, a megabyte each': nested,
};

let message = '';
let isFlooding = false;
let floodedBytes = 0;
let floods = 0;
const src = join(import.meta.dirname, '../../src');
const load = await aLoad();
const front = await aFront(new URL(load.modelUrl));
const server = await aServerWithCalls([], {
  OPENAI_BASE_URL: front.url,
  OPENAI_API_KEY: 'practice',
  AGENTS_DIR: join(src, 'bench/agents'),
  MAX_CALLS: '1000',
});
const before = coreTimes();
try {
  console.log(
    `${calls} calls, ${seconds} s each. Milliseconds from the phone to the model, and from the model to the phone.\n`,
  );
  console.log('up p50     p99    most  down p50     p99    most  MB held');
  await measured('warm-up');
  await measured('nothing floods');
  for (const [what, text] of Object.entries(FLOODS)) await measured(what, text);
  await measured('nothing floods any more');
  console.log(`\n${stolenLine(before, coreTimes())}.`);
} finally {
  load.end();
  front.close();
  await server.close();
}

/** One flood after the other is on its way as long as it is measured. */
async function measured(what: string, flood?: string): Promise<void> {
  let isOver = false;
  const result = load.measure({ url: server.url, calls, seconds, name: what }).finally(() => {
    isOver = true;
  });
  await wait(SETTLING_MS + calls * RING_MS);
  [floods, floodedBytes, message] = [0, 0, flood ?? ''];
  let most = server.residentMb();
  const first = most;
  while (flood !== undefined && !isOver) {
    await floodOnce();
    most = Math.max(most, server.residentMb());
  }
  const { up, down } = (await result).soFar;
  console.log(
    ...[up, down].flatMap(({ p50, p99, most }) => [p50, p99, most]).map((ms) => ms.toFixed(1).padStart(7)),
    `${first.toFixed(0)}-${most.toFixed(0)}`.padStart(8),
    ` ${what}${flood === undefined ? '' : `: ${floods} calls, ${(floodedBytes / 1e6).toFixed(0)} MB sent`}`,
  );
}

/** A call of its own, whose model floods until all of it is sent or nobody takes it any more. */
async function floodOnce(): Promise<void> {
  isFlooding = true;
  floods += 1;
  const answer = await dial({ ...DIAL_DEFAULTS, url: server.url }, {});
  if (answer.kind === 'words') throw new Error('The call was not taken.');
  await wait(FLOOD_CALL_MS);
  answer.line.hangUp();
  isFlooding = false;
}

/** Stands before the model of the load: lets everything through, but sessions that flood. */
async function aFront(model: URL): Promise<{ readonly url: string; close(): void }> {
  const flooding = createServer();
  const sockets = new WebSocketServer({ server: flooding });
  sockets.on('connection', (socket) => void flood(socket));
  const open = new Set<Socket>();
  const entrance = createTcpServer({ noDelay: true }, (socket) => {
    open.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => open.delete(socket));
    if (isFlooding) return void flooding.emit('connection', socket);
    const on = connect({ port: Number(model.port), host: model.hostname, noDelay: true });
    on.on('error', () => socket.destroy());
    socket.pipe(on).pipe(socket);
  });
  entrance.listen(0, '127.0.0.1');
  await once(entrance, 'listening');
  const { port } = entrance.address() as AddressInfo;
  const url = new URL(model);
  url.port = String(port);
  return {
    url: url.href.replace(/\/$/, ''),
    close() {
      entrance.close();
      for (const socket of open) socket.destroy();
    },
  };
}

async function flood(socket: WebSocket): Promise<void> {
  socket.on('error', () => {});
  socket.send(JSON.stringify({ type: 'session.created', session: { id: 's' } }));
  await once(socket, 'message');
  socket.send(JSON.stringify({ type: 'session.updated', session: { id: 's' } }));
  for (let sent = 0; sent < FLOOD_BYTES && socket.readyState === socket.OPEN; sent += message.length) {
    floodedBytes += message.length;
    await new Promise((sentOut) => socket.send(message, sentOut));
  }
}
