import { FewAtOnce } from '../limits/few-at-once.ts';
import type { Cancel, Clock } from '../ports/clock.ts';
import type { SpeechModel } from '../ports/session.ts';
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
  readonly #tellCrowdedOut: (calls: number) => void;
  readonly #few = new FewAtOnce(AT_ONCE, MOST_WAITING);
  readonly #closing = new AbortController();
  #left = 0;
  #crowdedOut = 0;
  #stopTelling: Cancel = () => {};

  /** `crowdedOut`: told how many were left because too many wait, some at a time. */
  constructor(model: SpeechModel, clock: Clock, crowdedOut: (calls: number) => void) {
    this.#model = model;
    this.#clock = clock;
    this.#tellCrowdedOut = crowdedOut;
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
    if (this.#few.add(work)) return promise;
    if (this.#crowdedOut++ === 0) this.#stopTelling = this.#clock.after(TELL_MS, () => this.tellNow());
    return Promise.resolve('left');
  }

  /** So much longer, and no further: what is not done by then is left. Takes effect once. */
  closeIn(mostMs: number): () => void {
    return this.#clock.after(mostMs, () => this.#closing.abort());
  }

  /** How many were left because the house closed. */
  get left(): number {
    return this.#left;
  }

  /** Says how many were crowded out and not told of yet. */
  tellNow(): void {
    this.#stopTelling();
    const calls = this.#crowdedOut;
    this.#crowdedOut = 0;
    if (calls > 0) this.#tellCrowdedOut(calls);
  }
}

const AT_ONCE = 4;

/** Their words are in memory. */
const MOST_WAITING = 1_000;

/** A line of the log for all of a crowd, and not for each. */
const TELL_MS = 10_000;
