/**
 * Stands where the thread that makes pages stands: holds its own thread up for as long as it is asked to, says in which
 * thread it was, or dies.
 */
import { parentPort, threadId } from 'node:worker_threads';
import type { Made, ToMaker } from '../../src/http/making/page-requests.ts';

parentPort?.on('message', (message: ToMaker) => {
  if (message.type !== 'wanted' || message.wanted.type !== 'call') return;
  const { callId } = message.wanted;
  if (callId === 'dies') throw new TypeError('words of a caller');
  const held = /^held-up-(\d+)$/.exec(callId)?.[1];
  if (held !== undefined) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(held));
  const made: Made = {
    type: 'whole',
    contentType: 'text/plain',
    fileName: null,
    bytes: new TextEncoder().encode(`thread ${threadId}`),
    goesOn: false,
  };
  parentPort?.postMessage({ type: 'made', id: message.id, made });
});
