import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer, get } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { inTurns } from '../../src/http/server.ts';

/** A request and its answer, as a server makes them. */
async function aRequest(path: string): Promise<[IncomingMessage, ServerResponse]> {
  const came = Promise.withResolvers<[IncomingMessage, ServerResponse]>();
  const server = createServer((request, response) => came.resolve([request, response]));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const asked = get({ host: '127.0.0.1', port, path }).on('error', () => {});
  const pair = await came.promise;
  asked.destroy();
  server.close();
  return pair;
}

it('lets people’s requests in a few at a time and in their order, and those of carriers at once', async () => {
  const [person, carrier] = [await aRequest('/api/live/stream'), await aRequest('/twilio/voice')];
  const handled: string[] = [];
  const handle: RequestListener = (request) => void handled.push(request.url ?? '');
  const letIn = inTurns(handle);

  for (let n = 0; n < 20; n++) letIn(...person);
  letIn(...carrier);
  expect(handled).toEqual(['/twilio/voice']);

  const byTurn: number[] = [];
  while (handled.length < 21) {
    await setImmediate();
    byTurn.push(handled.length - 1);
  }
  expect(byTurn.every((count, turn) => count - (byTurn[turn - 1] ?? 0) <= 4)).toBe(true);
  expect(handled.slice(1)).toEqual(Array.from({ length: 20 }, () => '/api/live/stream'));
});
