import type { Clock } from '../ports/clock.ts';
import type { SpeechModel } from '../ports/model.ts';
import { type CallSummary, type SummaryFields, summarise } from './summary.ts';

/** `left`: it did not come to that before the house closed, or too many wait. Null: there is none to be had. */
export type SummaryOutcome = CallSummary | null | 'left';

/**
 * Has calls summed up, a few at a time: each takes a session with the model, and when all hang up at once, as they do
 * when a house closes, those must not take the places of calls.
 */
export class Summaries {
  readonly #model: SpeechModel;
  readonly #clock: Clock;
  readonly #waiting: (() => Promise<void>)[] = [];
  readonly #closing = new AbortController();
  #underWay = 0;
  #left = 0;

  constructor(model: SpeechModel, clock: Clock) {
    this.#model = model;
    this.#clock = clock;
  }

  of(transcript: string, fields: SummaryFields | null): Promise<SummaryOutcome> {
    const { promise, resolve } = Promise.withResolvers<SummaryOutcome>();
    const { signal } = this.#closing;
    const work = async (): Promise<void> => {
      const summary = signal.aborted
        ? null
        : await summarise(transcript, fields, this.#model, this.#clock, signal).catch(() => null);
      const isLeft = summary === null && signal.aborted;
      if (isLeft) this.#left += 1;
      resolve(isLeft ? 'left' : summary);
    };
    if (this.#waiting.length < MOST_WAITING) this.#waiting.push(work);
    else resolve('left');
    this.#goOn();
    return promise;
  }

  /** So much longer, and no further: what is not done by then is left. Takes effect once. */
  closeIn(mostMs: number): () => void {
    return this.#clock.after(mostMs, () => this.#closing.abort());
  }

  /** How many were left because the house closed. */
  get left(): number {
    return this.#left;
  }

  #goOn(): void {
    if (this.#underWay >= AT_ONCE) return;
    const work = this.#waiting.shift();
    if (!work) return;
    this.#underWay += 1;
    void work().finally(() => {
      this.#underWay -= 1;
      this.#goOn();
    });
  }
}

const AT_ONCE = 4;

/** Their words are in memory. */
const MOST_WAITING = 1_000;
