import type { ResponseRequest } from './client-events.ts';
import type { Conversation } from './conversation.ts';
import { readPrompt } from './prompt.ts';
import { RequestError, refusals } from './request-error.ts';
import { type CancelReason, Response } from './response.ts';
import {
  checkMaxOutputTokens,
  checkToolChoice,
  checkTools,
  checkVoice,
  type SessionConfig,
  wholeFormat,
} from './session-config.ts';
import type { SessionContext } from './session-context.ts';
import { rateLimits, UsageMeter } from './usage.ts';

/** What a session does around its answers. */
export interface ResponseListener {
  config(): SessionConfig;
  hasSpoken(): boolean;
  /** An answer within the conversation begins. */
  answering(): void;
  /** It has been generated, with so much sound. */
  answered(audioMs: number): void;
}

const MOST_OUT_OF_BAND = 32;

/** All answers under way: at most one within the conversation, any others beside it. */
export class Responses {
  readonly #context: SessionContext;
  readonly #conversation: Conversation;
  readonly #listener: ResponseListener;
  readonly #meter = new UsageMeter();
  readonly #beside = new Map<string, Response>();
  #active: Response | null = null;

  constructor(context: SessionContext, conversation: Conversation, listener: ResponseListener) {
    this.#context = context;
    this.#conversation = conversation;
    this.#listener = listener;
  }

  get isAnswering(): boolean {
    return this.#active !== null;
  }

  /** Begins an answer; without a request it is the automatic one to a caller's turn. */
  create(request: ResponseRequest | null): void {
    if (request !== null) checkRequest(request, this.#listener);
    if (request?.conversation === 'none') {
      if (this.#beside.size >= MOST_OUT_OF_BAND) {
        throw new RequestError(
          'rate_limit_exceeded',
          `At most ${MOST_OUT_OF_BAND} responses may run beside.`,
        );
      }
      const response = this.#response(request, null);
      this.#beside.set(response.id, response);
      response.begin();
      return;
    }
    if (this.#active !== null) throw refusals.alreadyAnswering(this.#active.id);
    const response = this.#response(request, this.#conversation);
    const twin = this.#context.misbehave.twoResponses === true ? this.#response(request, null) : null;
    this.#active = response;
    this.#listener.answering();
    if (this.#context.habits.rateLimits === 'at the start') this.#sendRateLimits();
    response.begin();
    twin?.begin();
  }

  /** The caller speaks: what is being said in the conversation stops; what runs beside it goes on. */
  interrupt(): void {
    this.#active?.cancel('turn_detected');
  }

  cancel(responseId: string | undefined): void {
    const response = this.#find(responseId);
    if (response === null) throw refusals.nothingToCancel();
    response.cancel('client_cancelled' satisfies CancelReason);
  }

  abandon(): void {
    for (const response of [this.#active, ...this.#beside.values()]) response?.abandon();
  }

  #find(responseId: string | undefined): Response | null {
    if (responseId === undefined || responseId === this.#active?.id) return this.#active;
    return this.#beside.get(responseId) ?? null;
  }

  #response(request: ResponseRequest | null, conversation: Conversation | null): Response {
    const config = this.#listener.config();
    const { output } = config.audio;
    const wanted = request?.audio?.output;
    return new Response(this.#context, {
      read: () => readPrompt(request, config, this.#conversation, this.#context),
      listing: this.#context.remote.offer(request?.tools ?? []),
      format:
        wanted?.format === undefined
          ? output.format
          : wholeFormat(wanted.format, 'response.audio.output.format'),
      voice: wanted?.voice ?? output.voice,
      maxOutputTokens: request?.max_output_tokens ?? config.max_output_tokens,
      conversation,
      meter: this.#meter,
      done: (response) => this.#done(response),
    });
  }

  #done(response: Response): void {
    this.#beside.delete(response.id);
    if (response === this.#active) {
      this.#active = null;
      this.#listener.answered(response.audioMs);
    }
    if (this.#context.habits.rateLimits === 'at the end') this.#sendRateLimits();
  }

  #sendRateLimits(): void {
    this.#context.send({
      type: 'rate_limits.updated',
      rate_limits: rateLimits(this.#context.misbehave.rateLimitResetS),
    });
  }
}

const METADATA_PAIRS = 16;
const METADATA_KEY_CHARS = 64;
const METADATA_VALUE_CHARS = 512;

function checkRequest(request: ResponseRequest, { config, hasSpoken }: ResponseListener): void {
  const { conversation = 'auto', metadata, audio } = request;
  if (conversation !== 'auto' && conversation !== 'none') {
    throw refusals.invalid('response.conversation', `Expected "auto" or "none", got "${conversation}".`);
  }
  const pairs = Object.entries(metadata ?? {});
  const fits = ([key, value]: [string, string]) =>
    key.length <= METADATA_KEY_CHARS && value.length <= METADATA_VALUE_CHARS;
  if (pairs.length > METADATA_PAIRS || !pairs.every(fits)) {
    throw refusals.invalid(
      'response.metadata',
      `Expected at most ${METADATA_PAIRS} pairs, keys of ${METADATA_KEY_CHARS} and values of ${METADATA_VALUE_CHARS} characters.`,
    );
  }
  const voice = audio?.output?.voice;
  if (voice !== undefined) {
    checkVoice(voice, config().audio.output.voice, hasSpoken(), 'response.audio.output.voice');
  }
  checkTools(request.tools ?? [], 'response.tools');
  checkToolChoice(request.tool_choice, request.tools ?? config().tools, 'response.tool_choice');
  checkMaxOutputTokens(request.max_output_tokens, 'response.max_output_tokens');
}
