import type { Cancel } from '../../ports/clock.ts';
import type { Ending, Output, Plan } from './brain.ts';
import type { Conversation } from './conversation.ts';
import { perform, sendSound } from './performance.ts';
import type { Reading } from './prompt.ts';
import type { WireResponse } from './server-events.ts';
import type { Voice, WireFormat } from './session-config.ts';
import type { SessionContext } from './session-context.ts';
import { Stage, type Step } from './stage.ts';
import {
  entryTokens,
  SPOKEN_TOKEN_MS,
  sumTokens,
  textTokens,
  type UsageMeter,
  withinTokens,
} from './usage.ts';

export interface ResponseSetup {
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

export type CancelReason = 'turn_detected' | 'client_cancelled';
type Outcome = Ending | { readonly status: 'cancelled'; readonly reason: CancelReason };

const LATE_DELTA_MS = 20;

/** One answer, from `response.created` to `response.done`. */
export class Response {
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
