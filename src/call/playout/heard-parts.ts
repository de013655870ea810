import type { AgentSaid, CallFact } from '../../ports/facts.ts';
import type { PartId } from '../../ports/session.ts';
import { isSamePart, type SpokenPart } from './spoken-part.ts';

/**
 * What the caller has heard to its end, and whose words may still be on their way.
 *
 * Sound and words come apart, and words may come last: a stretch of speech is told
 * of when its answer is finished, or soon after it was heard. Words that come later
 * than that belong to something told already, and are nothing new.
 */
export class HeardParts {
  readonly #tell: (fact: CallFact) => void;
  readonly #latest: { readonly part: SpokenPart; readonly tellBy: number; isTold: boolean }[] = [];

  constructor(tell: (fact: CallFact) => void) {
    this.#tell = tell;
  }

  add(part: SpokenPart, now: number): void {
    this.#latest.push({ part, tellBy: now + WAIT_FOR_WORDS_MS, isTold: false });
    this.tellDue(now);
    if (this.#latest.length > MOST_PARTS) this.#latest.shift();
  }

  find(id: PartId): SpokenPart | undefined {
    return this.#latest.find(({ part }) => isSamePart(part.id, id))?.part;
  }

  /** What nobody has been told of yet, as far as its words have come. */
  get untold(): readonly AgentSaid[] {
    return this.#latest.flatMap(({ part, isTold }) => (isTold ? [] : part.said(Number.POSITIVE_INFINITY)));
  }

  /** No more words of this answer will come. */
  answerFinished(responseId: string, now: number): void {
    for (const { part } of this.#latest) if (part.id.responseId === responseId) part.answerIsFinished = true;
    this.tellDue(now);
  }

  /** In the order they were heard: one that waits for its words holds back the next. */
  tellDue(now: number): void {
    for (const heard of this.#latest) {
      if (heard.isTold) continue;
      const isLate = now >= heard.tellBy || this.#latest.length > MOST_PARTS;
      if (!heard.part.answerIsFinished && !isLate) return;
      heard.isTold = true;
      this.#tell(heard.part.said(Number.POSITIVE_INFINITY));
    }
  }

  /** Something else is about to be told. */
  tellAll(): void {
    this.tellDue(Number.POSITIVE_INFINITY);
  }
}

/** The words of a sound come before it as a rule, and hardly ever later than this. */
const WAIT_FOR_WORDS_MS = 1_000;

/** Late news is late by a few stretches of speech, not by dozens. */
const MOST_PARTS = 8;
