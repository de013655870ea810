import { createHmac, randomUUID } from 'node:crypto';
import type { Cancel, Clock } from '../ports/clock.ts';
import { destinationOf, type Refusal, type Resolve } from './webhook/destination.ts';
import { resolveAll, type Send, sendPinned } from './webhook/send.ts';

export interface WebhookOptions {
  readonly url: string;
  /** Known to the receiver too, who can tell by it that a message is ours. */
  readonly secret: string;
  /** Origins such as `http://crm.internal:8080` that may be reached though they are not https or not public. */
  readonly allowedOrigins: readonly string[];
  readonly clock: Clock;
  /** Told of every message that was given up. */
  readonly gaveUp: (callId: string, why: WebhookFailure) => void;
  readonly resolve?: Resolve;
  readonly send?: Send;
}

/** `rejected`: the receiver does not want it. `redirected`: it points elsewhere, where we do not follow. */
export type WebhookFailure = Refusal | 'rejected' | 'redirected' | 'unreachable' | 'too_many' | 'closed';

/** Tells a system of the owner's about calls, each at least once. */
export interface Webhook {
  /** `body` is sent as JSON. Returns at once. */
  deliver(callId: string, body: unknown): void;
  close(): void;
}

/**
 * Every message carries `ringdown-signature: t=SECONDS,v1=HEX`, an HMAC-SHA256 with the secret over
 * `SECONDS.BODY`, and `ringdown-delivery`, which is the same each time the same message is tried.
 */
export function createWebhook(options: WebhookOptions): Webhook {
  return new RetryingWebhook(options);
}

export function signatureOf(secret: string, seconds: number, body: string): string {
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}

class RetryingWebhook implements Webhook {
  readonly #options: WebhookOptions;
  readonly #waiting = new Map<Message, Cancel>();
  #isClosed = false;

  constructor(options: WebhookOptions) {
    this.#options = options;
  }

  deliver(callId: string, body: unknown): void {
    if (this.#isClosed) return this.#options.gaveUp(callId, 'closed');
    if (this.#waiting.size >= MOST_WAITING) return this.#options.gaveUp(callId, 'too_many');
    const message = { callId, deliveryId: randomUUID(), body: JSON.stringify(body), attempts: 0 };
    this.#tryIn(0, message);
  }

  close(): void {
    this.#isClosed = true;
    for (const [{ callId }, cancel] of this.#waiting) {
      cancel();
      this.#options.gaveUp(callId, 'closed');
    }
    this.#waiting.clear();
  }

  #tryIn(ms: number, message: Message): void {
    const cancel = this.#options.clock.after(ms, () => void this.#try(message));
    this.#waiting.set(message, cancel);
  }

  async #try(message: Message): Promise<void> {
    const failure = await this.#send(message);
    if (this.#isClosed) return;
    this.#waiting.delete(message);
    if (failure === null) return;
    const pauseMs = RETRIES_MS[message.attempts++];
    if (WORTH_RETRYING.has(failure) && pauseMs !== undefined) this.#tryIn(pauseMs, message);
    else this.#options.gaveUp(message.callId, failure);
  }

  /** Null when it was taken. */
  async #send({ deliveryId, body }: Message): Promise<WebhookFailure | null> {
    const { url, secret, allowedOrigins, clock, resolve = resolveAll, send = sendPinned } = this.#options;
    const destination = await destinationOf(url, allowedOrigins, resolve);
    if (typeof destination === 'string') return destination;
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'ringdown',
      'ringdown-delivery': deliveryId,
      'ringdown-signature': signatureOf(secret, Math.floor(clock.wallMs() / 1_000), body),
    };
    const status = await send(destination, body, headers).catch(() => null);
    if (status === null || status >= 500 || status === 408 || status === 429) return 'unreachable';
    if (status >= 400) return 'rejected';
    return status >= 300 ? 'redirected' : null;
  }
}

interface Message {
  readonly callId: string;
  readonly deliveryId: string;
  readonly body: string;
  attempts: number;
}

const WORTH_RETRYING: ReadonlySet<WebhookFailure> = new Set(['unreachable', 'unknown_host']);

/** Half a day in all: longer than most outages, shorter than anybody's patience. */
const RETRIES_MS = [1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000, 14_400_000, 28_800_000] as const;

const MOST_WAITING = 1_000;
