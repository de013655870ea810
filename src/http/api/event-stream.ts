import type { Response } from 'express';
import type { Clock } from '../../ports/clock.ts';

/** A page that is told of things as they happen (server-sent events). */
export interface Listener {
  send(event: string, data: unknown): void;
  /** Runs when the page is gone, at once if it has gone already. */
  onGone(run: () => void): void;
  end(): void;
}

/** Keeps an answer open. A page that does not read is let go: it asks again when it wakes up. */
export function openEventStream(response: Response, clock: Clock): Listener {
  const lastRites: (() => void)[] = [];
  let isGone = response.destroyed;
  response.type('text/event-stream').set('X-Accel-Buffering', 'no'); // proxies wait for more, unless told not to
  response.flushHeaders();
  const write = (text: string) => {
    if (isGone) return;
    response.write(text);
    if (response.writableLength > MOST_WAITING_BYTES) response.destroy();
  };
  write(`retry: ${RETRY_MS}\n\n`);
  const cancel = clock.every(HEARTBEAT_MS, () => write(': still here\n\n'));
  response.once('close', () => {
    isGone = true;
    cancel();
    for (const run of lastRites.splice(0)) run();
  });
  return {
    send: (event, data) => write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
    onGone(run) {
      if (isGone) run();
      else lastRites.push(run);
    },
    end: () => response.end(),
  };
}

/** Proxies cut what is silent for a minute, as a rule. */
const HEARTBEAT_MS = 20_000;
const RETRY_MS = 1_500;
const MOST_WAITING_BYTES = 1024 * 1024;
