import { z } from 'zod';
import type { Clock } from '../ports/clock.ts';
import {
  AFTERWARDS,
  type CallEvent,
  type CallObserver,
  NEWS_FOR_MS,
  type WebhookDelivery,
} from '../ports/facts.ts';
import type { SpeechModel } from '../ports/session.ts';
import type { CallStore } from '../ports/store.ts';
import { callReading } from '../reading/reading.ts';
import { Summaries, type SummaryFields } from './summary.ts';
import { completedCall, MOST_TOLD_AT_ONCE, type Webhook, type WebhookOutcome } from './webhook.ts';

export interface FinishedCallsParts {
  /** What an agent of that name wants to know of its calls. */
  readonly agents: {
    named(name: string): { readonly agent: { readonly summary?: z.ZodObject | undefined } } | null;
  };
  readonly model: SpeechModel;
  readonly clock: Clock;
  /** Told of what was made of a call, as of everything else that happens on it. */
  readonly observer: CallObserver;
  /** Null: nobody wants to know. */
  readonly webhook: Webhook | null;
  readonly log: {
    readonly store: Pick<CallStore, 'events'>;
    owns(callId: string): Promise<boolean>;
    takeUp(sinceWallMs: number, inHand: readonly string[]): Promise<readonly string[]>;
  };
  /** Told how many calls were not summed up because too many others wait for it. */
  readonly crowdedOut?: (calls: number) => void;
}

/** What is done with a call that is over, in the background: it is summed up, and its webhook delivered. */
export class FinishedCalls {
  readonly #parts: FinishedCallsParts;
  readonly #summaries: Summaries;
  readonly #atWork = new Set<Promise<void>>();
  /** Calls of which somebody is being told. */
  readonly #telling = new Set<string>();
  #isLooking = false;
  #stopLooking: () => void = () => {};
  #isClosing = false;

  constructor(parts: FinishedCallsParts) {
    this.#parts = parts;
    this.#summaries = new Summaries(parts.model, parts.clock, parts.crowdedOut ?? (() => {}));
    if (!parts.webhook) return;
    // What cannot be read now is still there the next time.
    this.#stopLooking = parts.clock.every(LOOK_EVERY_MS, () => void this.#look().catch(() => {}));
  }

  /** It has just ended. */
  take(callId: string, events: readonly CallEvent[]): void {
    const { webhook, observer } = this.#parts;
    const last = events.at(-1);
    if (!webhook || !last) return this.#begin(callId, events);
    const due: CallEvent = { type: 'webhook_delivery', state: 'due', seq: nextSeq(events), atMs: last.atMs };
    observer(callId, due);
    this.#begin(callId, [...events, due]);
  }

  /**
   * Resolves when nothing is left to do but to wait for whoever is to be told, at the latest after so long; to the
   * number of calls that were not summed up by then.
   */
  async settled(mostMs: number): Promise<number> {
    this.#isClosing = true;
    this.#stopLooking();
    const cancel = this.#summaries.closeIn(mostMs);
    await Promise.all(this.#atWork);
    cancel();
    this.#summaries.tellNow();
    return this.#summaries.left;
  }

  /** Takes up what is left to tell: by a process that is gone, or by this one when there was too much of it. */
  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      while (await this.#takeUp()) {} // a few at a time
    } finally {
      this.#isLooking = false;
    }
  }

  /** False when there was nothing, or there is no room. What is taken up but cannot be read is found again. */
  async #takeUp(): Promise<boolean> {
    const { log, clock } = this.#parts;
    if (this.#isClosing || this.#telling.size >= MOST_TOLD_AT_ONCE) return false;
    const callIds = await log.takeUp(clock.wallMs() - NEWS_FOR_MS, [...this.#telling]);
    for (const callId of callIds) {
      const events = await log.store.events(callId);
      if (this.#isClosing) return false; // whoever comes next finds it
      if (events.length > 0) this.#begin(callId, events);
    }
    await Promise.all(this.#atWork); // what is taken up is in memory
    return callIds.length > 0;
  }

  #begin(callId: string, events: readonly CallEvent[]): void {
    this.#telling.add(callId);
    const work = this.#finish(callId, events).finally(() => this.#atWork.delete(work));
    this.#atWork.add(work);
  }

  async #finish(callId: string, events: readonly CallEvent[]): Promise<void> {
    const { webhook, observer } = this.#parts;
    const summarised = await this.#summarise(events).catch(() => null); // an agent's own fields may be beyond words
    if (summarised === 'left') return void this.#telling.delete(callId); // whoever comes next finds it
    if (summarised) observer(callId, summarised);
    const all = summarised ? [...events, summarised] : events;
    const state = callReading.recall(all);
    const card = callReading.card(callId, state);
    const last = all.at(-1);
    if (!webhook || !card || !last) return void this.#telling.delete(callId);
    const done = (outcome: WebhookOutcome | 'forgotten'): void => {
      this.#telling.delete(callId);
      if (outcome === 'left') return; // whoever comes next finds it
      const told: WebhookDelivery =
        outcome === 'delivered'
          ? { type: 'webhook_delivery', state: 'delivered' }
          : { type: 'webhook_delivery', state: 'given_up', why: outcome };
      observer(callId, { ...told, seq: nextSeq(all), atMs: last.atMs });
    };
    if (!hasWords(all)) return done('forgotten'); // they were not kept that long
    void this.#tell(webhook, callId, completedCall(card, state)).then(done);
  }

  /** Only of what is kept, and by whoever owns the call: so that no other process tells of it as well. */
  async #tell(webhook: Webhook, callId: string, body: unknown): Promise<WebhookOutcome> {
    const { log } = this.#parts;
    const isOurs = () => log.owns(callId).catch(() => false); // while nobody can say, it is found again
    const isWanted = async () => (await isOurs()) && log.store.events(callId).then(isOver, () => true);
    return (await isOurs()) ? webhook.deliver(callId, body, isWanted) : 'left';
  }

  async #summarise(events: readonly CallEvent[]): Promise<CallEvent | null | 'left'> {
    const { agents } = this.#parts;
    const state = callReading.recall(events);
    const lines = callReading.transcript(state);
    const last = events.at(-1);
    if (state.summary || !last || !lines.some(({ who }) => who === 'caller')) return null;
    const transcript = lines.map(({ who, text }) => `${who}: ${text}`).join('\n');
    const schema = agents.named(state.sums.agent)?.agent.summary;
    const summary = await this.#summaries.of(transcript, schema ? fieldsOf(schema) : null);
    if (summary === 'left') return 'left';
    return summary && { type: 'summarised', ...summary, seq: nextSeq(events), atMs: last.atMs };
  }
}

/** Behind all there is, and behind what the call itself may still note. */
function nextSeq(events: readonly CallEvent[]): number {
  const end = events.findLast(({ type }) => type === 'ended')?.seq ?? 0;
  return Math.max(end + AFTERWARDS, events.at(-1)?.seq ?? 0) + 1;
}

function hasWords(events: readonly CallEvent[]): boolean {
  return events.some(({ type }) => type === 'rang');
}

/** And there is something to be told of it; it may have rung again, or be forgotten. */
function isOver(events: readonly CallEvent[]): boolean {
  return (
    events.findLast(({ type }) => type === 'rang' || type === 'ended')?.type === 'ended' && hasWords(events)
  );
}

function fieldsOf(schema: z.ZodObject): SummaryFields {
  return {
    schema: z.toJSONSchema(schema),
    read: (value) => schema.safeParse(value).data ?? null,
  };
}

/** Soon after a start, seldom enough for a log of ten thousand calls a day. */
const LOOK_EVERY_MS = 10_000;
