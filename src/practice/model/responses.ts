import type { Cancel } from '../../ports/clock.ts';
import type { Ending, Output, Plan } from './brain.ts';
import type { ResponseRequest } from './client-events.ts';
import type { Conversation } from './conversation.ts';
import { perform, sendSound } from './performance.ts';
import { type Reading, readPrompt } from './prompt.ts';
import { RequestError, refusals } from './request-error.ts';
import type { WireResponse } from './server-events.ts';
import {
  checkMaxOutputTokens,
  checkToolChoice,
  checkTools,
  checkVoice,
  type SessionConfig,
  type Voice,
  type WireFormat,
  wholeFormat,
} from './session-config.ts';
import type { SessionContext } from './session-context.ts';
import { Stage, type Step } from './stage.ts';
import {
  entryTokens,
  rateLimits,
  SPOKEN_TOKEN_MS,
  sumTokens,
  textTokens,
  UsageMeter,
  withinTokens,
} from './usage.ts';

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

interface ResponseSetup {
  /** What the answer is made from; read again when what was missing has come. */
  read(): Reading;
  /** The tools of remote servers that are still being listed for this answer. */
  readonly listing: Promise<unknown> | null;
  readonly format: WireFormat;
  readonly voice: Voice;
  readonly maxOutputTokens: number | 'inf';
  /** Null out of band. */
  readonly conversation: Conversation | null;
  readonly meter: UsageMeter;
  done(response: Response): void;
}

type CancelReason = 'turn_detected' | 'client_cancelled';
type Outcome = Ending | { readonly status: 'cancelled'; readonly reason: CancelReason };

const LATE_DELTA_MS = 20;

/** One answer, from `response.created` to `response.done`. */
class Response {
  readonly id: string;
  readonly #context: SessionContext;
  readonly #setup: ResponseSetup;
  readonly #stage: Stage;
  #reading: Reading;
  #performance: Generator<Step> | null = null;
  #stopWaiting: Cancel | null = null;
  #isDone = false;

  constructor(context: SessionContext, setup: ResponseSetup) {
    this.id = context.ids.next('resp');
    this.#context = context;
    this.#setup = setup;
    this.#reading = setup.read();
    this.#stage = new Stage(context, this.id, setup.format, setup.conversation);
  }

  /** How long the sound is that has been generated. */
  get audioMs(): number {
    return this.#stage.generatedMs;
  }

  begin(): void {
    this.#context.send({ type: 'response.created', response: this.#wire(null) });
    if (this.#context.misbehave.silentResponse === true) return;
    if (this.#setup.listing === null) this.#think();
    else
      this.#setup.listing.then(() => {
        if (this.#isDone) return;
        this.#reading = this.#setup.read();
        this.#think();
      }, this.#giveUp);
  }

  #think(): void {
    try {
      const plan = this.#context.brain.answer(this.#reading.prompt);
      if (plan instanceof Promise) plan.then((late) => this.#follow(late), this.#giveUp);
      else this.#follow(plan);
    } catch (error) {
      this.#giveUp(error);
    }
  }

  cancel(reason: CancelReason): void {
    if (this.#isDone) return;
    this.#stopWaiting?.();
    this.#stage.cut();
    this.#performance?.return(undefined);
    this.#finish({ status: 'cancelled', reason });
    this.#sendLate(this.#context.misbehave.lateDeltas ?? 0);
  }

  /** The session is over: nothing more is said, not even that. */
  abandon(): void {
    this.#isDone = true;
    this.#stopWaiting?.();
  }

  #follow(planned: Plan): void {
    if (this.#isDone) return;
    const plan = withinTokens(planned, this.#setup.maxOutputTokens);
    this.#performance = this.#whole(plan);
    this.#goOn();
  }

  *#whole(plan: Plan): Generator<Step> {
    yield plan.thinkMs ?? this.#context.habits.thinkMs;
    for (const [index, output] of plan.outputs.entries()) {
      yield* perform(this.#stage, this.#inModality(output), index);
    }
    this.#finish(this.#context.misbehave.ending ?? plan.ending ?? { status: 'completed' });
  }

  /** In text the same words are written that would have been said. */
  #inModality(output: Output): Output {
    const isText = this.#reading.prompt.modality === 'text';
    return isText && output.type === 'speech' ? { type: 'text', text: output.text } : output;
  }

  #goOn(): void {
    try {
      for (;;) {
        const step = this.#performance?.next();
        if (step === undefined || step.done === true || this.#isDone) return;
        if (typeof step.value !== 'number') return this.#goOnAfter(step.value);
        if (step.value <= 0) continue;
        this.#stopWaiting = this.#context.clock.after(step.value, () => this.#goOn());
        return;
      }
    } catch (error) {
      this.#giveUp(error);
    }
  }

  #goOnAfter(promise: Promise<unknown>): void {
    promise.then(() => this.#isDone || this.#goOn(), this.#giveUp);
  }

  readonly #giveUp = (error: unknown): void => {
    if (this.#isDone) return;
    const message = error instanceof Error ? error.message : 'The answer could not be made.';
    this.#finish({ status: 'failed', code: 'server_error', message });
  };

  #finish(outcome: Outcome): void {
    this.#isDone = true;
    this.#context.send({ type: 'response.done', response: this.#wire(outcome) });
    this.#setup.done(this);
  }

  #sendLate(count: number): void {
    const speech = this.#stage.speechInHand;
    if (count <= 0 || speech === null) return;
    sendSound(this.#stage, speech.ids, speech.sound.subarray(0, 960));
    this.#context.clock.after(LATE_DELTA_MS, () => this.#sendLate(count - 1));
  }

  #wire(outcome: Outcome | null): WireResponse {
    const { format, voice, maxOutputTokens, conversation } = this.#setup;
    const { request, modality } = this.#reading.prompt;
    const metadata = this.#context.misbehave.noMetadataEcho === true ? null : (request?.metadata ?? null);
    const output = { format, ...(typeof voice === 'string' ? { voice } : {}) };
    return {
      id: this.id,
      object: 'realtime.response',
      status: outcome?.status ?? 'in_progress',
      status_details: outcome === null ? null : details(outcome),
      output: outcome === null ? [] : this.#stage.entries.map(({ item }) => item),
      conversation_id: conversation?.id ?? null,
      output_modalities: [modality],
      max_output_tokens: maxOutputTokens,
      audio: { output },
      usage: outcome === null ? null : this.#usage(),
      metadata,
    };
  }

  #usage(): WireResponse['usage'] {
    const { entries, prompt } = this.#reading;
    const read = sumTokens([
      { text: textTokens(prompt.instructions + JSON.stringify(prompt.tools)), audio: 0 },
      ...entries.map(entryTokens),
    ]);
    // What was generated is billed, also what was cut off afterwards.
    const { text } = sumTokens(this.#stage.entries.map(entryTokens));
    const audio = Math.ceil(this.#stage.generatedMs / SPOKEN_TOKEN_MS);
    return this.#setup.meter.measure(read, { text, audio });
  }
}

function details(outcome: Outcome): WireResponse['status_details'] {
  switch (outcome.status) {
    case 'completed':
      return null;
    case 'cancelled':
    case 'incomplete':
      return { type: outcome.status, reason: outcome.reason };
    case 'failed':
      return {
        type: 'failed',
        error: { type: errorType(outcome.code), code: outcome.code, message: outcome.message },
      };
  }
}

function errorType(code: string): string {
  return code === 'server_error' ? 'server_error' : 'invalid_request_error';
}
