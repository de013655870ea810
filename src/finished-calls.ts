import { z } from 'zod';
import { type SummaryFields, summarise } from './after-call/summary.ts';
import type { AgentDirectory } from './agents/directory.ts';
import { callReading } from './logs/derive/reading.ts';
import { completedCall } from './logs/webhook/completed-call.ts';
import type { Webhook } from './logs/webhook.ts';
import type { CallEvent, CallObserver } from './ports/call-log.ts';
import type { Clock } from './ports/clock.ts';
import type { SpeechModel } from './ports/model.ts';

export interface FinishedCallsParts {
  readonly agents: AgentDirectory;
  readonly model: SpeechModel;
  readonly clock: Clock;
  /** Told of what was made of a call, as of everything else that happens on it. */
  readonly observer: CallObserver;
  /** Null: nobody wants to know. */
  readonly webhook: Webhook | null;
}

/** What is done with a call that is over, in the background: it is summed up, and told on. */
export class FinishedCalls {
  readonly #parts: FinishedCallsParts;
  readonly #atWork = new Set<Promise<void>>();

  constructor(parts: FinishedCallsParts) {
    this.#parts = parts;
  }

  take(callId: string, events: readonly CallEvent[]): void {
    const work = this.#finish(callId, events).finally(() => this.#atWork.delete(work));
    this.#atWork.add(work);
  }

  /** Resolves when nothing is left to do. */
  async settled(): Promise<void> {
    await Promise.all(this.#atWork);
  }

  async #finish(callId: string, events: readonly CallEvent[]): Promise<void> {
    const { webhook, observer } = this.#parts;
    const summarised = await this.#summarise(events);
    if (summarised) observer(callId, summarised);
    const all = summarised ? [...events, summarised] : events;
    const card = callReading.card(callId, all);
    if (webhook && card) webhook.deliver(callId, completedCall(card, all));
  }

  async #summarise(events: readonly CallEvent[]): Promise<CallEvent | null> {
    const { agents, model, clock } = this.#parts;
    const lines = callReading.transcript(events);
    const last = events.at(-1);
    const rang = events.find((event) => event.type === 'rang');
    if (!last || !lines.some(({ who }) => who === 'caller')) return null;
    const transcript = lines.map(({ who, text }) => `${who}: ${text}`).join('\n');
    const schema = rang && agents.named(rang.agent)?.agent.summary;
    const summary = await summarise(transcript, schema ? fieldsOf(schema) : null, model, clock);
    return summary && { type: 'summarised', ...summary, seq: last.seq + 1, atMs: last.atMs };
  }
}

function fieldsOf(schema: z.ZodObject): SummaryFields {
  return {
    schema: z.toJSONSchema(schema),
    read: (value) => schema.safeParse(value).data ?? null,
  };
}
