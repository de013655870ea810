import { createHash, createHmac } from 'node:crypto';
import {
  type Destination,
  destinationOf,
  type Refusal,
  type Resolve,
  requestPinned,
  resolveAll,
} from '../net/pinned-request.ts';
import type { CallState } from '../ports/call-state.ts';
import type { Cancel, Clock } from '../ports/clock.ts';
import type { CallCard } from '../ports/store.ts';
import { transcriptOf } from '../reading/transcript.ts';

/** Sends it, and resolves to the status of the answer. Rejects if there is none. */
export type Send = (
  to: Destination,
  body: string,
  headers: Readonly<Record<string, string>>,
) => Promise<number>;

/** What comes back besides the status is not read. */
export const sendPinned: Send = async (to, body, headers) => {
  const signal = AbortSignal.timeout(ANSWER_MS);
  const response = await requestPinned(to, { method: 'POST', headers, body, signal });
  response.destroy();
  return response.statusCode ?? 0;
};

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
export type WebhookFailure = Refusal | 'rejected' | 'redirected' | 'unreachable';

/** `left`: it did not come to that. The house was closed, too many wait already, or nobody is to be told any more. */
export type WebhookOutcome = 'delivered' | 'left' | WebhookFailure;

/** Tells a system of the owner's about calls, each at least once. */
export interface Webhook {
  /** `body` is sent as JSON. May take as long as the receiver is away; before it is sent again, `isWanted` is asked. */
  deliver(callId: string, body: unknown, isWanted: () => Promise<boolean>): Promise<WebhookOutcome>;
  /** Lets what is being sent arrive, and leaves the rest. */
  close(): Promise<void>;
}

/**
 * Every message carries `ringdown-signature: t=SECONDS,v1=HEX`, an HMAC-SHA256 with the secret over
 * `SECONDS.BODY`, and `ringdown-delivery`, which is the same whenever the same call is told of, by whichever process.
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
  readonly #underWay = new Map<Message, Promise<void>>();
  #isClosed = false;

  constructor(options: WebhookOptions) {
    this.#options = options;
  }

  deliver(callId: string, body: unknown, isWanted: () => Promise<boolean>): Promise<WebhookOutcome> {
    return new Promise((settle) => {
      const isFull = this.#waiting.size + this.#underWay.size >= MOST_TOLD_AT_ONCE;
      if (this.#isClosed || isFull) settle('left');
      else this.#start({ callId, body: JSON.stringify(body), isWanted, attempts: 0, settle });
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const [{ settle }, cancel] of this.#waiting) {
      cancel();
      settle('left');
    }
    this.#waiting.clear();
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(CLOSE_MS, resolve);
      void Promise.all(this.#underWay.values()).then(() => {
        cancel();
        resolve();
      });
    });
  }

  #start(message: Message): void {
    this.#waiting.delete(message);
    const attempt = this.#try(message).finally(() => this.#underWay.delete(message));
    this.#underWay.set(message, attempt);
  }

  async #try(message: Message): Promise<void> {
    if (message.attempts > 0 && !(await message.isWanted())) return message.settle('left');
    const failure = await this.#send(message);
    if (failure === null) return message.settle('delivered');
    const pauseMs = RETRIES_MS[message.attempts++];
    if (!WORTH_RETRYING.has(failure) || pauseMs === undefined) {
      this.#options.gaveUp(message.callId, failure);
      return message.settle(failure);
    }
    if (this.#isClosed) return message.settle('left');
    this.#waiting.set(
      message,
      this.#options.clock.after(pauseMs, () => this.#start(message)),
    );
  }

  /** Null when it was taken. */
  async #send({ callId, body }: Message): Promise<WebhookFailure | null> {
    const { url, secret, allowedOrigins, clock, resolve = resolveAll, send = sendPinned } = this.#options;
    const destination = await destinationOf(url, allowedOrigins, resolve);
    if (typeof destination === 'string') return destination;
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'ringdown',
      'ringdown-delivery': deliveryIdOf(callId),
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
  readonly body: string;
  readonly isWanted: () => Promise<boolean>;
  readonly settle: (outcome: WebhookOutcome) => void;
  attempts: number;
}

/** Call ids come from outside, and need not be fit for a header. */
function deliveryIdOf(callId: string): string {
  return createHash('sha256').update(`call.completed ${callId}`).digest('hex').slice(0, 32);
}

const WORTH_RETRYING: ReadonlySet<WebhookFailure> = new Set(['unreachable', 'unknown_host']);

/** Half a day in all: longer than most outages, shorter than anybody's patience. */
const RETRIES_MS = [1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000, 14_400_000, 28_800_000] as const;

/** Their words are in memory. */
export const MOST_TOLD_AT_ONCE = 1_000;

const ANSWER_MS = 5_000;

/** A little more than an answer may take: a name that is not found takes longer. */
const CLOSE_MS = 6_000;

/** What is sent of a call that is over. `version` grows when a field changes its meaning; new ones do not count. */
export function completedCall(card: CallCard, state: CallState): Readonly<Record<string, unknown>> {
  const { callId, startedWallMs, direction, from, to, agent, endReason, durationMs, cost, summary } = card;
  return {
    type: 'call.completed',
    version: 1,
    callId,
    startedAt: new Date(startedWallMs).toISOString(),
    direction,
    from,
    to,
    agent,
    endReason,
    durationMs,
    turns: card.turns,
    interruptions: card.interruptions,
    latencyP50Ms: card.latencyP50Ms,
    latencyP95Ms: card.latencyP95Ms,
    costUsd: cost,
    summary,
    fields: state.summary?.fields ?? {},
    transcript: transcriptOf(state).map(({ who, atMs, text, unheard }) => ({ who, atMs, text, unheard })),
    tools: [...state.tools.values()].map(({ name, atMs, returned }) => ({
      name,
      atMs,
      result: returned?.result ?? null,
    })),
  };
}
